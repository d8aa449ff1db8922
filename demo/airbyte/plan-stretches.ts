import { readFrom } from "./cursors.ts";
import type { Stretch } from "./load-rows.ts";
import { STRETCH_DAYS } from "./pace.ts";
import { type SourceKind, sourceKinds } from "./source-kinds.ts";
import type { ConnectionState, State } from "./state.ts";

const dayMs = 86_400_000;
/** How much is read at once. */
const stretchMs = STRETCH_DAYS * dayMs;
/** The longest time that a sync without a cursor makes up for. */
const longestMs = 3 * dayMs;

/**
 * What a sync reads, piece by piece, oldest first: each stream from its cursor on, or from the last success if that was
 * set back behind it. A copy of a connection reads its source's days, from the first to the last.
 */
export function planStretches(state: State, connection: ConnectionState, asOf: Date): Stretch[] {
  const kind: SourceKind = sourceKinds[connection.kind];
  return connection.streams
    .filter((stream) => kind.tables.some((table) => table.stream === stream))
    .flatMap((stream) =>
      pieces(stream, ...rangeOf(state, connection, stream, asOf), asOf, connection.copyOf !== null),
    )
    .sort((a, b) => a.since.getTime() - b.since.getTime());
}

function rangeOf(
  state: State,
  connection: ConnectionState,
  stream: string,
  asOf: Date,
): [since: Date, until: Date] {
  if (connection.copyOf) {
    const { start, end } = boundsOf(state.need(connection.copyOf));
    return [start, new Date(Math.min(asOf.getTime(), end.getTime() + dayMs - 1))];
  }
  const lastMs = state.lastSuccess(connection.connectionId)?.updatedAt.getTime() ?? asOf.getTime() - dayMs;
  const recentMs = Math.max(lastMs, asOf.getTime() - longestMs);
  const cursor = readFrom(connection.cursors[stream]);
  return [new Date(Math.min(recentMs, cursor?.getTime() ?? recentMs)), asOf];
}

const bounds = ["start_date", "date_ranges_start_date", "end_date", "date_ranges_end_date"] as const;

function boundsOf({ backfillSource }: ConnectionState): { start: Date; end: Date } {
  const [start, rangeStart, end, rangeEnd] = bounds.map((name) => backfillSource?.configuration[name]);
  const day = (value: unknown) => new Date(`${String(value).slice(0, 10)}T00:00:00Z`);
  return { start: day(start ?? rangeStart), end: day(end ?? rangeEnd) };
}

function pieces(stream: string, since: Date, until: Date, asOf: Date, isExact: boolean): Stretch[] {
  const found: Stretch[] = [];
  for (let start = since.getTime(); start < until.getTime(); start += stretchMs) {
    const end = Math.min(until.getTime(), start + stretchMs);
    found.push({
      stream,
      since: new Date(start),
      until: new Date(end),
      asOf,
      isExact: isExact || found.length > 0,
    });
  }
  return found;
}
