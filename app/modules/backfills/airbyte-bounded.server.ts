import type { AirbyteClient, WantedConnection } from "#app/integrations/airbyte/client.ts";
import { AirbyteError } from "#app/integrations/airbyte/errors.ts";
import type { AirbyteSourceDetail } from "#app/integrations/airbyte/schemas.ts";
import { dayOf } from "../shops/shop-days.ts";
import { type AirbyteWay, type Connected, createAirbyteEngine, type Refusal } from "./airbyte-run.server.ts";
import type { AirbyteDoors } from "./airbyte-schedule.server.ts";
import { boundedSettings } from "./bounded-settings.ts";
import { isDeduped, isOverwritten } from "./destination-safety.ts";
import type { BackfillEngine, EngineBackfill } from "./engine.ts";

/** Connections that exist for one backfill begin with it: they feed nothing by themselves. */
export const backfillConnectionPrefix = "Sync Health backfill ";
/** What the second source of a source is called in Airbyte. */
const backfillSourceName = (sourceName: string): string => `${sourceName} (Sync Health backfill)`;
/** By this name a connection is found again that a dead worker made. */
const connectionName = ({ id }: EngineBackfill): string => `${backfillConnectionPrefix}${id}`;

/**
 * Loads exactly a range of days: a second source with `start_date` and `end_date`, a connection of its own into the same
 * tables, synced once and deleted. Two things cannot be made here and must be there: tables that are deduped, and the
 * second source. Airbyte shows its secrets as asterisks and has no way to copy a source (its `clone` is gone), so somebody
 * with the credentials makes it once; without it, `needs_operator`.
 */
export function createBoundedEngine(doors: AirbyteDoors): BackfillEngine {
  const { api } = doors;

  const listCopies = async (workspaceId: string, backfill: EngineBackfill) =>
    (await api.listConnections(workspaceId)).filter(({ name }) => name === connectionName(backfill));

  /** As the connection is, but for its name, its source and its schedule; only the streams that are deduped. */
  async function copyOf(backfill: Connected, sourceId: string): Promise<WantedConnection> {
    const original = await api.getConnection(backfill.connection.externalId);
    const { destinationId, namespaceDefinition, namespaceFormat, prefix, configurations } = original;
    return {
      name: connectionName(backfill),
      sourceId,
      destinationId,
      schedule: { scheduleType: "manual" },
      configurations: { streams: configurations.streams.filter(isDeduped) },
      ...(namespaceDefinition ? { namespaceDefinition } : {}),
      ...(namespaceFormat ? { namespaceFormat } : {}),
      ...(prefix ? { prefix } : {}),
    };
  }

  const way: AirbyteWay = {
    strategy: "airbyte_bounded",
    look: async (_, connection) => {
      const { streams } = connection.configurations;
      const isSafe =
        streams.some(isDeduped) && streams.every((each) => isDeduped(each) || isOverwritten(each));
      if (!isSafe) return { refused: "needs_operator", reason: "unsafe_destination" };
      const source = await findBackfillSource(api, connection);
      if (!source) return noWay;
      return { workspaceId: connection.workspaceId, sourceId: source.sourceId };
    },
    prepare: async ({ backfill, memory, now }) => {
      const { workspaceId, sourceId, isSet } = memory as {
        workspaceId: string;
        sourceId: string;
        isSet?: true;
      };
      const settings = boundedSettings(backfill.source, {
        startDay: backfill.startDay,
        endDay: backfill.endDay,
        today: dayOf(now, backfill.timeZone),
      });
      if (!settings) return noWay;
      if (!isSet) {
        await api.patchSource(sourceId, settings);
        return { memory: { ...memory, isSet: true }, target: null };
      }
      const [made] = await listCopies(workspaceId, backfill);
      const target = made ?? (await api.createConnection(await copyOf(backfill, sourceId)));
      return { memory, target: target.connectionId };
    },
    undo: async ({ backfill, memory }) => {
      const { workspaceId } = memory as { workspaceId: string };
      for (const { connectionId } of await listCopies(workspaceId, backfill))
        await api.deleteConnection(connectionId);
      return "undone";
    },
  };
  return createAirbyteEngine(doors, way);
}

const noWay: Refusal = { refused: "needs_operator", reason: "no_way_to_backfill" };

/** The source that somebody has made beside a connection's own, with the same credentials; null when there is none. */
const findBackfillSource = async (
  api: AirbyteClient,
  { sourceId, workspaceId }: Pick<AirbyteSourceDetail, "sourceId" | "workspaceId">,
): Promise<AirbyteSourceDetail | null> => backfillSourceOf(sourceId, await api.listSources(workspaceId));

/** The same among the sources of a workspace. */
export function backfillSourceOf<
  Listed extends Pick<AirbyteSourceDetail, "sourceId" | "name" | "sourceType">,
>(sourceId: string, listed: readonly Listed[]): Listed | null {
  const own = listed.find((source) => source.sourceId === sourceId);
  const isSecond = ({ name, sourceType }: Listed) =>
    own?.sourceType === sourceType && name === backfillSourceName(own.name);
  return listed.find(isSecond) ?? null;
}

/** Whether a backfill of this connection can be bounded. A connection that is gone has nothing. */
export async function hasBackfillSource(
  api: AirbyteClient,
  { connection }: EngineBackfill,
): Promise<boolean> {
  if (!connection?.sourceId) return false;
  try {
    const own = await api.getSourceDetail(connection.sourceId);
    return (await findBackfillSource(api, own)) !== null;
  } catch (error) {
    if (error instanceof AirbyteError && error.retry === "never") return false;
    throw error;
  }
}
