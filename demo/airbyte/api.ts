import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { connectionAnswer, jobAnswer, nameless, problem } from "./answers.ts";
import { configRoute } from "./config-api.ts";
import { editOne, sourceAnswers } from "./edit-api.ts";
import { type Answer, createFaults, type Fault, send } from "./faults.ts";
import type { Scheduler } from "./scheduler.ts";
import { hasEnded, type JobState, type State } from "./state.ts";

export interface Api {
  url: string;
  configUrl: string;
  server: Server;
  requests: string[];
  answerWith(fault: Fault | null, times?: number): void;
  expireTokens(): void;
}

interface Options {
  port?: number;
  host?: string;
  clientId: string;
  clientSecret: string;
  tokenLifeSeconds?: number;
  state: State;
  scheduler: Scheduler;
  now: () => Date;
}

const root = "/api/public/v1";
const configRoot = "/api/v1";
const statuses = ["pending", "queued", "running", "incomplete", "failed", "succeeded", "cancelled"];
const jobTypes = ["sync", "reset", "refresh", "clear"];
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Serves the public API of one Airbyte on a loopback port. */
export async function serveApi({
  port = 0,
  host = "127.0.0.1",
  clientId,
  clientSecret,
  tokenLifeSeconds = 900,
  state,
  scheduler,
  now,
}: Options): Promise<Api> {
  const tokens = new Map<string, number>();
  const requests: string[] = [];
  const faults = createFaults();
  let url = "";

  function giveToken(body: Record<string, unknown>): Answer {
    if (typeof body.client_id !== "string" || typeof body.client_secret !== "string") return nameless(400);
    if (body.client_id !== clientId || body.client_secret !== clientSecret) return nameless(401);
    const token = `standin.${randomBytes(24).toString("base64url")}`;
    tokens.set(token, now().getTime() + tokenLifeSeconds * 1000);
    return { status: 200, body: { access_token: token, token_type: "Bearer", expires_in: tokenLifeSeconds } };
  }

  function isAuthorized(request: IncomingMessage): boolean {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    return (tokens.get(token ?? "") ?? 0) > now().getTime();
  }

  function page<T>(
    path: string,
    query: URLSearchParams,
    kept: readonly string[],
    rows: readonly T[],
    answer: (row: T) => unknown,
  ): Answer {
    const limit = Number(query.get("limit") ?? 20);
    const offset = Number(query.get("offset") ?? 0);
    if (!Number.isInteger(limit) || limit < 1 || limit > 100 || !Number.isInteger(offset) || offset < 0)
      return nameless(400);
    const shown = rows.slice(offset, offset + limit);
    // As the real one: status, dates and order are lost, and `next` is there even when nothing follows.
    const link = (at: number) => {
      const carried = new URLSearchParams([...query].filter(([name]) => kept.includes(name)));
      carried.set("limit", String(limit));
      carried.set("offset", String(at));
      return `${url}${path}?${carried}`;
    };
    return {
      status: 200,
      body: {
        previous: offset > 0 ? link(Math.max(0, offset - limit)) : "",
        next: shown.length > 0 ? link(offset + limit) : "",
        data: shown.map(answer),
      },
    };
  }

  function listConnections(query: URLSearchParams): Answer {
    const workspaces = listed(query, "workspaceIds");
    if (workspaces.some((id) => !uuid.test(id))) return nameless(400);
    const rows = state
      .connections()
      .filter(
        (each) =>
          (workspaces.length === 0 || workspaces.includes(each.workspaceId)) &&
          (each.status !== "deprecated" || query.get("includeDeleted") === "true"),
      );
    return page("/connections", query, ["workspaceIds", "tagIds", "includeDeleted"], rows, connectionAnswer);
  }

  const listWorkspaces = (query: URLSearchParams): Answer =>
    page("/workspaces", query, ["workspaceIds"], state.workspaces(), (workspace) => ({
      ...workspace,
      dataResidency: "auto",
      notifications: {},
    }));

  function listJobs(query: URLSearchParams): Answer {
    const order = /^(createdAt|updatedAt)\|(ASC|DESC)$/.exec(query.get("orderBy") ?? "createdAt|ASC");
    if (!order)
      return problem(
        400,
        "bad-request",
        "The request is not valid.",
        `Invalid order by clause provided: ${query.get("orderBy")}`,
      );
    const workspaces = listed(query, "workspaceIds");
    const [connectionId, status, jobType] = [
      query.get("connectionId"),
      query.get("status"),
      query.get("jobType"),
    ];
    if ([...workspaces, ...(connectionId ? [connectionId] : [])].some((id) => !uuid.test(id)))
      return nameless(400);
    if ((status && !statuses.includes(status)) || (jobType && !jobTypes.includes(jobType)))
      return nameless(400);
    const bounds = (["createdAtStart", "createdAtEnd", "updatedAtStart", "updatedAtEnd"] as const).map(
      (name) => ({ name, at: query.get(name) }),
    );
    if (bounds.some(({ at }) => at && Number.isNaN(Date.parse(at)))) return nameless(400);
    const inside = (job: JobState) =>
      bounds.every(({ name, at }) => {
        if (!at) return true;
        const instant = (name.startsWith("created") ? job.createdAt : job.updatedAt).getTime();
        return name.endsWith("Start") ? instant >= Date.parse(at) : instant <= Date.parse(at);
      });
    const of = new Set(
      state
        .connections()
        .filter((each) => workspaces.length === 0 || workspaces.includes(each.workspaceId))
        .map((each) => each.connectionId),
    );
    const by = order[1] as "createdAt" | "updatedAt";
    const sign = order[2] === "DESC" ? -1 : 1;
    const rows = state
      .allJobs()
      .filter(
        (job) =>
          of.has(job.connectionId) &&
          (!connectionId || job.connectionId === connectionId) &&
          (!status || job.status === status) &&
          (!jobType || job.jobType === jobType) &&
          inside(job),
      )
      .sort((a, b) => sign * (a[by].getTime() - b[by].getTime() || a.jobId - b.jobId));
    return page("/jobs", query, ["jobType", "connectionId", "workspaceIds"], rows, jobAnswer);
  }

  function startJob(body: Record<string, unknown>): Answer {
    const { connectionId, jobType } = body;
    if (typeof connectionId !== "string" || !uuid.test(connectionId) || !jobTypes.includes(String(jobType)))
      return nameless(400);
    const connection = state.find(connectionId);
    if (!connection) return problem(404, "resource-not-found", "Could not find a resource for the given id.");
    if (jobType === "refresh")
      return problem(
        422,
        "unprocessable-entity",
        "The body of the request was not understood",
        "Refreshes are not supported in the public API",
      );
    if (connection.status === "locked")
      return problem(409, "error:connection/locked", "The connection is locked.");
    if (connection.status !== "active")
      return problem(409, "state-conflict", "State conflict", "The connection is inactive.");
    if (state.runningJob(connectionId))
      return problem(
        409,
        "try-again-later",
        "Try again later",
        `A sync is already running for: ${connectionId}`,
      );
    if (jobType !== "sync")
      return problem(409, "state-conflict", "State conflict", "This stand-in deletes nothing.");
    return { status: 200, body: jobAnswer(scheduler.trigger(connectionId)) };
  }

  function oneJob(method: string, id: string): Answer {
    const job = /^\d+$/.test(id) ? state.findJob(Number(id)) : null;
    if (!/^\d+$/.test(id)) return nameless(400);
    if (!job) return problem(404, "resource-not-found", "Could not find a resource for the given id.");
    if (method === "DELETE") {
      if (hasEnded(job))
        return problem(409, "state-conflict", "State conflict", "Job is not currently running");
      scheduler.cancel(job);
    }
    return { status: 200, body: jobAnswer(job) };
  }

  function route(
    method: string,
    path: string,
    query: URLSearchParams,
    body: Record<string, unknown>,
  ): Answer {
    const [, collection, id] = path.split("/");
    const missing = problem(404, "resource-not-found", "Could not find a resource for the given id.");
    if (method === "GET" && path === "/workspaces") return listWorkspaces(query);
    if (method === "GET" && path === "/connections") return listConnections(query);
    if (method === "GET" && path === "/jobs") return listJobs(query);
    if (method === "POST" && path === "/jobs") return startJob(body);
    if (collection === "jobs" && id && (method === "GET" || method === "DELETE")) return oneJob(method, id);
    if (method === "GET" && path === "/sources") {
      const rows = sourceAnswers(state, listed(query, "workspaceIds"));
      return page("/sources", query, ["workspaceIds"], rows, (source) => source);
    }
    return editOne({ state, scheduler, now }, method, path, body) ?? missing;
  }

  const server = createServer(async (request, response) => {
    const asked = new URL(request.url ?? "/", "http://localhost");
    const isConfig = asked.pathname.startsWith(`${configRoot}/`);
    const path = asked.pathname.slice((isConfig ? configRoot : root).length);
    requests.push(`${request.method} ${path}${asked.search}`);
    if (requests.length > 5_000) requests.splice(0, 1_000);
    const body = await readBody(request);
    if (faults.misbehave(request, response)) return;
    const method = request.method ?? "GET";
    if (method === "POST" && path === "/applications/token")
      return send(response, body ? giveToken(body) : nameless(400));
    if (!isAuthorized(request)) return send(response, nameless(401));
    if (!body) return send(response, nameless(400));
    send(response, isConfig ? configRoute(state, path, body) : route(method, path, asked.searchParams, body));
  });
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(port, host, done);
  });
  const address = server.address();
  const origin = `http://${host}:${typeof address === "object" && address ? address.port : port}`;
  url = `${origin}${root}`;

  return {
    url,
    configUrl: `${origin}${configRoot}`,
    server,
    requests,
    answerWith: faults.answerWith,
    expireTokens: () => tokens.clear(),
  };
}

const listed = (query: URLSearchParams, name: string) =>
  query
    .getAll(name)
    .flatMap((value) => value.split(","))
    .filter(Boolean);

/** The body as an object; null when it is not one. Both JSON and forms are understood, as in the real one. */
async function readBody(request: IncomingMessage): Promise<Record<string, unknown> | null> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString("utf8");
  if (!text) return {};
  if (request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded"))
    return Object.fromEntries(new URLSearchParams(text));
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
