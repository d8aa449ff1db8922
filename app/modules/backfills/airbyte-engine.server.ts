import type { AirbyteClient } from "#app/integrations/airbyte/client.ts";
import type { AirbyteConfigApi } from "#app/integrations/airbyte/config-api.ts";
import { airbyteConfigApiFromEnv, airbyteFromEnv } from "#app/integrations/airbyte/from-env.ts";
import type { Env } from "#app/platform/env.server.ts";
import type { Source } from "../connectors/sources.ts";
import { createBoundedEngine, hasBackfillSource } from "./airbyte-bounded.server.ts";
import { createRewindEngine } from "./airbyte-rewind.server.ts";
import { isBoundedSource } from "./bounded-settings.ts";
import type { BackfillEngine } from "./engine.ts";

export interface AirbyteClients {
  api: AirbyteClient | null;
  configApi: AirbyteConfigApi | null;
}

type AirbyteEnv = Pick<
  Env,
  "AIRBYTE_API_URL" | "AIRBYTE_CONFIG_API_URL" | "AIRBYTE_CLIENT_ID" | "AIRBYTE_CLIENT_SECRET"
>;

/**
 * How a source's days are loaded again through Airbyte: between two days where its connector can and a second source was
 * made for it, else by setting its cursors back, where the Config API is configured. Null: nobody but a person can.
 * `clients` are the process' own unless others are given.
 */
export function chooseAirbyteEngine(
  source: Source,
  env: AirbyteEnv,
  { api, configApi }: AirbyteClients = { api: airbyteFromEnv(env), configApi: airbyteConfigApiFromEnv(env) },
): BackfillEngine | null {
  if (!api) return null;
  const rewind = configApi && createRewindEngine({ api, configApi });
  if (!isBoundedSource(source)) return rewind;
  const bounded = createBoundedEngine({ api, configApi });
  return rewind ? boundedElseRewind(api, bounded, rewind) : bounded;
}

/** Which way is known only once Airbyte was asked for the second source; it is decided at the first step and kept. */
const boundedElseRewind = (
  api: AirbyteClient,
  bounded: BackfillEngine,
  rewind: BackfillEngine,
): BackfillEngine => ({
  strategy: bounded.strategy,
  advance: async (given) => {
    const { way: chosen, ...state } = given.state;
    const way =
      chosen ?? ((await hasBackfillSource(api, given.backfill)) ? bounded.strategy : rewind.strategy);
    const step = await (way === rewind.strategy ? rewind : bounded).advance({ ...given, state });
    return step.kind === "working" ? { ...step, state: { ...step.state, way }, strategy: String(way) } : step;
  },
});
