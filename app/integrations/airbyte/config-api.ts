import { z } from "zod";
import { readAnswer } from "./read-answer.ts";
import { type AirbyteOptions, createSend } from "./request.ts";

/** Where one stream of a connection stands. What is in `streamState` is the connector's own. */
export const AirbyteStreamState = z.looseObject({
  streamDescriptor: z.looseObject({ name: z.string() }),
  streamState: z.record(z.string(), z.unknown()).nullish(),
});
export type AirbyteStreamState = z.infer<typeof AirbyteStreamState>;

/** Where a connection stands. `not_set`: it never synced. */
export const AirbyteState = z.looseObject({
  stateType: z.string(),
  connectionId: z.string(),
  streamState: z.array(AirbyteStreamState).nullish(),
});
export type AirbyteState = z.infer<typeof AirbyteState>;

/** A schedule that the public API reads but cannot write: every so many units. */
export interface BasicSchedule {
  units: number;
  timeUnit: "minutes" | "hours" | "days" | "weeks" | "months";
}

/**
 * What the product asks of Airbyte's Config API: what the public API has no door for. Airbyte does not promise to keep
 * it, so nothing depends on it but backfills. Every method throws AirbyteError and nothing else.
 */
export interface AirbyteConfigApi {
  getState(connectionId: string): Promise<AirbyteState>;
  /**
   * Puts a connection where it should stand. All streams are sent: the platform replaces what is listed, and clients
   * were told that it replaces everything; sending all is right under both. 423, `conflict`, while a sync runs.
   */
  replaceState(state: AirbyteState): Promise<void>;
  setBasicSchedule(connectionId: string, schedule: BasicSchedule): Promise<void>;
}

/** Speaks the Config API; `options.apiUrl` is its root, e.g. `https://airbyte.example.com/api/v1`. */
export function createAirbyteConfigApi(options: AirbyteOptions): AirbyteConfigApi {
  const send = createSend(options);
  const post = (path: string, body: unknown) => send({ method: "POST", path, body });
  return {
    getState: async (connectionId) => readAnswer(AirbyteState, await post("/state/get", { connectionId })),
    replaceState: async (state) => {
      await post("/state/create_or_update_safe", {
        connectionId: state.connectionId,
        connectionState: state,
      });
    },
    setBasicSchedule: async (connectionId, schedule) => {
      await post("/connections/update", {
        connectionId,
        scheduleType: "basic",
        scheduleData: { basicSchedule: schedule },
      });
    },
  };
}
