import { z } from "zod";
import { type AirbyteConfigApi, AirbyteState } from "#app/integrations/airbyte/config-api.ts";
import { AirbyteError } from "#app/integrations/airbyte/errors.ts";
import { type AirbyteWay, type Connected, createAirbyteEngine, type Refusal } from "./airbyte-run.server.ts";
import type { AirbyteDoors } from "./airbyte-schedule.server.ts";
import { rewindState } from "./cursor-rewind.ts";
import { isDeduped, startsAfter } from "./destination-safety.ts";
import type { BackfillEngine } from "./engine.ts";

const noWay: Refusal = { refused: "needs_operator", reason: "no_way_to_backfill" };

/** What is remembered: the state before anything was rewound, and which of its streams were. */
const RewindMemory = z.object({
  saved: AirbyteState.nullable().default(null),
  streams: z.array(z.string()).default([]),
});

/**
 * Sets the cursors of a connector's streams back to the first day, through the Config API, and lets the connection sync:
 * it reads everything from there to now again. Rows that are there already are replaced by their keys, so only deduped
 * streams are rewound. If the sync fails or is cancelled the cursors are put back where they were.
 */
export function createRewindEngine(doors: AirbyteDoors & { configApi: AirbyteConfigApi }): BackfillEngine {
  const { api, configApi } = doors;
  const targetOf = ({ startDay, timeZone }: Connected) => ({ day: startDay, timeZone });

  const way: AirbyteWay = {
    strategy: "airbyte_rewind",
    look: async (backfill, connection) => {
      const state = await configApi.getState(connection.connectionId);
      const rewound = rewindState(state, backfill.source, targetOf(backfill));
      if (!rewound) return noWay;
      const synced = connection.configurations.streams.filter(({ name }) => rewound.streams.includes(name));
      if (synced.length === 0) return noWay;
      if (!synced.every(isDeduped)) return { refused: "needs_operator", reason: "unsafe_destination" };
      // The connector reads nothing before its own start, wherever its cursors are.
      const { configuration } = await api.getSourceDetail(connection.sourceId);
      return startsAfter(configuration, backfill.startDay) ? noWay : {};
    },
    prepare: async ({ backfill, memory }) => {
      const { saved, streams } = RewindMemory.parse(memory);
      const current = await configApi.getState(backfill.connection.externalId);
      const rewound = rewindState(current, backfill.source, targetOf(backfill));
      if (!rewound) return noWay;
      if (!saved) return { memory: { saved: current, streams: rewound.streams }, target: null };
      if (!(await isReplaced(configApi, rewound.state))) return "busy";
      return { memory: { saved, streams }, target: backfill.connection.externalId };
    },
    undo: async ({ backfill, memory, isLoaded }) => {
      const { saved, streams } = RewindMemory.parse(memory);
      if (isLoaded || !saved?.streamState) return "undone";
      const before = saved.streamState;
      const current = await configApi.getState(backfill.connection.externalId);
      // Other streams may have gone on: only ours go back to where they were.
      const others = (current.streamState ?? []).filter(
        ({ streamDescriptor }) => !streams.includes(streamDescriptor.name),
      );
      const ours = before.filter(({ streamDescriptor }) => streams.includes(streamDescriptor.name));
      const restored = { ...current, stateType: saved.stateType, streamState: [...others, ...ours] };
      return (await isReplaced(configApi, restored)) ? "undone" : "busy";
    },
  };
  return createAirbyteEngine(doors, way);
}

/** False when a sync has begun meanwhile: states are not changed under it. */
async function isReplaced(configApi: AirbyteConfigApi, state: AirbyteState): Promise<boolean> {
  try {
    await configApi.replaceState(state);
    return true;
  } catch (error) {
    if (error instanceof AirbyteError && error.status === 423) return false;
    throw error;
  }
}
