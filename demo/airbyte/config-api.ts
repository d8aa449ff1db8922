import { nameless } from "./answers.ts";
import { type StreamState, stateAt } from "./cursors.ts";
import type { Answer } from "./faults.ts";
import type { ConnectionState, State } from "./state.ts";

const minutesOf: Readonly<Record<string, number>> = { minutes: 1, hours: 60, days: 1440, weeks: 10_080 };
const refused = (status: number, message: string): Answer => ({ status, body: { message } });

/** The part of Airbyte's Config API that backfills need. */
export function configRoute(state: State, path: string, body: Record<string, unknown>): Answer {
  const connection = typeof body.connectionId === "string" ? state.find(body.connectionId) : null;
  if (typeof body.connectionId !== "string") return nameless(400);
  if (!connection) return refused(404, "Could not find configuration for STANDARD_SYNC.");
  if (path === "/state/get") return { status: 200, body: stateOf(state, connection) };
  if (path === "/state/create_or_update_safe") return replaceState(state, connection, body.connectionState);
  if (path === "/connections/update") return setBasicSchedule(state, connection, body);
  return refused(404, "Object not found.");
}

function stateOf(state: State, connection: ConnectionState) {
  const { connectionId, kind, streams, cursors } = connection;
  const lastSuccess = state.lastSuccess(connectionId)?.updatedAt;
  const streamState = streams.flatMap((name) => {
    const kept = cursors[name] ?? (lastSuccess && stateAt(kind, name, lastSuccess));
    return kept ? [{ streamDescriptor: { name, namespace: null }, streamState: kept }] : [];
  });
  return streamState.length > 0
    ? { stateType: "stream", connectionId, streamState }
    : { stateType: "not_set", connectionId };
}

/** As StatePersistence does: what is listed is replaced, what is listed without a state is forgotten. */
function replaceState(state: State, connection: ConnectionState, wanted: unknown): Answer {
  if (state.runningJob(connection.connectionId))
    return refused(423, "State cannot be updated while a sync is running for this connection.");
  const { stateType, streamState } = (wanted ?? {}) as {
    stateType?: string;
    streamState?: { streamDescriptor: { name: string }; streamState?: StreamState | null }[];
  };
  if (stateType !== "stream") return refused(500, "Unexpected type migration");
  for (const { streamDescriptor, streamState: next } of streamState ?? []) {
    if (next) connection.cursors[streamDescriptor.name] = next;
    else delete connection.cursors[streamDescriptor.name];
  }
  state.changed();
  return { status: 200, body: stateOf(state, connection) };
}

function setBasicSchedule(state: State, connection: ConnectionState, body: Record<string, unknown>): Answer {
  const { basicSchedule } = (body.scheduleData ?? {}) as {
    basicSchedule?: { units: number; timeUnit: string };
  };
  const minutes = minutesOf[basicSchedule?.timeUnit ?? ""];
  if (body.scheduleType !== "basic" || !basicSchedule || !minutes) return nameless(400);
  connection.everyMinutes = basicSchedule.units * minutes;
  connection.isScheduleSet = true;
  state.changed();
  return { status: 200, body: { connectionId: connection.connectionId, scheduleType: "basic" } };
}
