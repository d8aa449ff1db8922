// Every name is there from the start, whoever counts it.
import "./modules/dq-metrics.server.ts";
import { logSwitchedOffChannels } from "./modules/alerts/channels.server.ts";
import { assertSafeRole, db } from "./platform/db.server.ts";
import { env } from "./platform/env.server.ts";
import { AppError, type AppErrorCode } from "./platform/errors.ts";
import { problemResponse } from "./platform/http/problem.server.ts";
import { BODY_LIMIT_BYTES } from "./platform/http/request-body.server.ts";
import { requestIdFrom } from "./platform/http/request-id.server.ts";
import { log, withoutTokens } from "./platform/log.server.ts";
import { histogram, startMetrics, stopMetrics } from "./platform/metrics.server.ts";
import { startMetricsEndpoint } from "./platform/metrics-endpoint.server.ts";

/** What the web process needs around Remix. It gets this from the bundle, so that there is one pool and one log. */
export interface Web {
  port: number;
  host: string;
  isHttps: boolean;
  bodyLimitBytes: number;
  log: typeof log;
  withoutTokens(text: string): string;
  requestIdFrom(given: string | undefined): string;
  /** A problem+json answer for what is refused before Remix. */
  refuse(code: AppErrorCode, detail: string, where: { requestId: string; path: string }): Response;
  /** An opaque answer for what nobody expected, logged. */
  fail(error: unknown, where: { requestId: string; path: string }): Response;
  /** Counts an answered request. `status` is null when its sender left before the end. */
  countRequest(request: { method: string; path: string; status: number | null; seconds: number }): void;
}

const routes = [
  ...["/app", "/auth", "/staff", "/assets", "/webhooks", "/healthz", "/readyz"],
  ...["/api/sync-health", "/api/ingest", "/api/v1/lineage", "/api/staff"],
] as const;
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
const statuses = ["1xx", "2xx", "3xx", "4xx", "5xx", "aborted"] as const;

const requestSeconds = histogram(
  "http.server.request.duration_seconds",
  "How long requests took, by the group of addresses they went to.",
  {
    unit: "s",
    bounds: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    labels: { method: [...methods, "other"], route: ["/", ...routes, "other"], status: statuses },
  },
);

let metricsEndpoint: Awaited<ReturnType<typeof startMetricsEndpoint>> | undefined;

/**
 * Checks the environment and the database's role, serves metrics, and says once what is switched off.
 * @throws Error that says what is wrong and how to mend it; nothing has started then
 */
export async function startWeb(): Promise<Web> {
  const { PORT, HOST, METRICS_PORT, SHOPIFY_APP_URL } = env();
  await assertSafeRole(db()).catch((error: unknown) => {
    throw describeRefusal(error);
  });
  startMetrics();
  if (METRICS_PORT) metricsEndpoint = await startMetricsEndpoint(METRICS_PORT, HOST);
  logSwitchedOffChannels(env());
  if (!env().STAFF_OIDC_ISSUER) log.info("STAFF_OIDC_ISSUER is not set: nobody can sign in to /staff");
  return {
    port: PORT,
    host: HOST,
    isHttps: SHOPIFY_APP_URL.startsWith("https:"),
    bodyLimitBytes: BODY_LIMIT_BYTES,
    log,
    withoutTokens,
    requestIdFrom,
    refuse: (code, detail, where) => problemResponse(new AppError(code, detail), where),
    fail: problemResponse,
    countRequest,
  };
}

function countRequest({ method, path, status, seconds }: Parameters<Web["countRequest"]>[0]): void {
  requestSeconds.record(seconds, {
    method: methods.find((one) => one === method) ?? "other",
    route: path === "/" ? "/" : (routes.find((one) => path === one || path.startsWith(`${one}/`)) ?? "other"),
    status: status === null ? "aborted" : (statuses[Math.floor(status / 100) - 1] ?? "5xx"),
  });
}

/** Prisma's errors quote our code first and say what happened in their last line. */
function describeRefusal(error: unknown): unknown {
  if (!(error instanceof Error) || !error.name.startsWith("PrismaClient")) return error;
  const said = /Message: `(.*)`/.exec(error.message)?.[1] ?? error.message.trim().split("\n").at(-1);
  return new Error(`DATABASE_URL's database cannot be used: ${withoutTokens(said ?? "")}`);
}

/** Saves what was counted and lets go of the database, after the last request was answered. */
export async function stopWeb(): Promise<void> {
  await metricsEndpoint?.stop();
  await stopMetrics();
  await db().$disconnect();
}
