import { randomUUID } from "node:crypto";
import { backfillSourceAnswer, connectionAnswer, nameless, problem, sourceAnswer } from "./answers.ts";
import type { Answer } from "./faults.ts";
import type { Scheduler } from "./scheduler.ts";
import type { ConnectionState, State } from "./state.ts";

const missing = () => problem(404, "resource-not-found", "Could not find a resource for the given id.");
const ok = (body: unknown): Answer => ({ status: 200, body });

/** Every source there is: each connection's own, and the second ones made for backfills. */
export const sourceAnswers = (state: State, workspaces: readonly string[]) =>
  state
    .connections()
    .filter(
      (each) => each.copyOf === null && (workspaces.length === 0 || workspaces.includes(each.workspaceId)),
    )
    .flatMap((each) => [sourceAnswer(each), ...(each.backfillSource ? [backfillSourceAnswer(each)] : [])]);

/** The part of the public API that reads and changes single connections and sources. Null: no such door. */
export function editOne(
  { state, scheduler, now }: { state: State; scheduler: Scheduler; now: () => Date },
  method: string,
  path: string,
  body: Record<string, unknown>,
): Answer | null {
  const [, collection, id] = path.split("/");
  if (method === "POST" && path === "/connections") return createConnection(state, body, now());
  if (!id || (collection !== "connections" && collection !== "sources")) return null;
  if (collection === "sources") {
    const found = sourceAnswers(state, []).find((each) => each.sourceId === id);
    if (!found) return missing();
    if (method === "GET") return ok(found);
    if (method !== "PATCH") return null;
    if (!isRecord(body.configuration)) return nameless(400);
    const own = state.connections().filter((each) => each.copyOf === null && each.sourceId === id);
    if (own[0]) return setSource(state, own, body.configuration);
    const owner = state.connections().find((each) => each.backfillSource?.sourceId === id);
    if (!owner?.backfillSource) return nameless(400);
    Object.assign(owner.backfillSource.configuration, body.configuration);
    state.changed();
    return ok(backfillSourceAnswer(owner));
  }
  const connection = state.find(id);
  if (!connection) return missing();
  if (method === "GET") return ok(connectionAnswer(connection));
  if (method === "PATCH") return setSchedule(state, connection, body.schedule);
  if (method !== "DELETE") return null;
  scheduler.drop(id);
  connection.status = "deprecated";
  state.changed();
  return { status: 204, body: null };
}

/** As the real one: what is named is merged into what is there, also within objects, and the answer shows no secret. */
function setSource(
  state: State,
  connections: readonly ConnectionState[],
  configuration: Record<string, unknown>,
): Answer {
  const { start_date: startDate, credentials } = configuration;
  const token = isRecord(credentials) ? credentials.access_token : undefined;
  // A refusal that quotes what it was given, as some do.
  if (token !== undefined && (typeof token !== "string" || token.includes(" ")))
    return problem(
      422,
      "unprocessable",
      "The body is not valid.",
      `access_token "${String(token)}" has a wrong format`,
    );
  for (const { sourceSettings } of connections) {
    if (typeof startDate === "string") sourceSettings.start_date = startDate;
    if (token !== undefined) sourceSettings.credentials.access_token = token;
  }
  state.changed();
  return ok(sourceAnswer(connections[0]!));
}

/** Written by the public API: `manual`, or a cron expression of every so many minutes, as this stand-in prints it. */
function setSchedule(state: State, connection: ConnectionState, schedule: unknown): Answer {
  if (!isRecord(schedule)) return nameless(400);
  const { scheduleType, cronExpression } = schedule;
  const minutes = /^0 \*\/(\d+) \* \* \* \? UTC$/.exec(String(cronExpression))?.[1];
  if (scheduleType !== "manual" && (scheduleType !== "cron" || !minutes))
    return problem(400, "bad-request", "The schedule must be manual or a cron expression.");
  connection.everyMinutes = scheduleType === "manual" ? null : Number(minutes);
  connection.isScheduleSet = true;
  state.changed();
  return ok(connectionAnswer(connection));
}

/** A second connection, from a source made for backfills into the same destination. */
function createConnection(state: State, body: Record<string, unknown>, createdAt: Date): Answer {
  const origin = state.connections().find((each) => each.backfillSource?.sourceId === body.sourceId);
  if (!origin || origin.destinationId !== body.destinationId)
    return problem(404, "resource-not-found", "Could not find a resource for the given id.");
  const streams = isRecord(body.configurations) ? body.configurations.streams : null;
  if (!Array.isArray(streams) || !isRecord(body.schedule) || body.schedule.scheduleType !== "manual")
    return nameless(400);
  const connection: ConnectionState = {
    ...origin,
    connectionId: randomUUID(),
    sourceId: String(body.sourceId),
    name: String(body.name ?? origin.name),
    streams: streams.map((stream: { name: string }) => stream.name),
    everyMinutes: null,
    isScheduleSet: true,
    status: "active",
    cursors: {},
    backfillSource: null,
    copyOf: origin.connectionId,
    createdAt,
  };
  state.addConnection(connection);
  return ok(connectionAnswer(connection));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
