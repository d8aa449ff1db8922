import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createRequestHandler } from "@remix-run/express";
import type { ServerBuild } from "@remix-run/node";
import compression from "compression";
import express, { type Response as ExpressResponse, type NextFunction, type Request } from "express";
import { pino } from "pino";
import type { Web } from "./process-hooks.server.ts";

/** What `entry.server.tsx` exports besides the answer to documents. */
interface ProcessHooks {
  startWeb(routes: ServerBuild["routes"]): Promise<Web>;
  stopWeb(): Promise<void>;
}

const root = resolve(import.meta.dirname, "..");
const bundle = resolve(root, "build/server/index.js");
const isDevelopment = process.env.SYNC_HEALTH_DEV === "1";
/** Requests that are still being answered when the process is told to stop get this long. */
const DRAIN_MS = 10_000;
/** How much of a refused body is read on, so that its sender gets to see the refusal. */
const DRAIN_LIMIT_BYTES = 16 * 1_048_576;
const answeredMethods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

const boot = pino({ base: {}, timestamp: pino.stdTimeFunctions.isoTime });

try {
  await serve();
} catch (error) {
  boot.fatal(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

async function serve(): Promise<void> {
  const server = createServer();
  const { loadBuild, assets, close } = isDevelopment ? await openVite(server) : await openBundle();
  const hooks = (await loadBuild()).entry.module as unknown as ProcessHooks;
  let web: Web;
  try {
    web = await hooks.startWeb((await loadBuild()).routes);
  } catch (error) {
    await close();
    await hooks.stopWeb().catch(() => undefined);
    throw error;
  }

  const app = express();
  app.disable("x-powered-by");
  // Behind a proxy of the same network, the proxy knows the scheme and the host that the caller used.
  app.set("trust proxy", "loopback, linklocal, uniquelocal");
  app.use((req, res, next) => accept(web, req, res, next));
  app.use(compression());
  app.use(assets);
  app.all("*", createRequestHandler({ build: loadBuild, getLoadContext: (_, res) => res.locals }));
  app.use((error: unknown, req: Request, res: ExpressResponse, next: NextFunction) => {
    if (res.headersSent) return next(error);
    const where = { requestId: String(res.locals.requestId ?? ""), path: req.path };
    const isCallers = isClientError(error);
    void send(
      isCallers ? web.refuse("malformed", "The request is malformed.", where) : web.fail(error, where),
      res,
    );
  });

  server.on("request", app);
  server.on("clientError", (_, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  });
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(web.port, web.host, listening);
  });
  const address = server.address();
  web.log.info({ port: typeof address === "object" ? address?.port : web.port }, "listening");
  stopOnSignal(server, web, async () => {
    await close();
    await hooks.stopWeb();
  });
}

interface Source {
  loadBuild(): Promise<ServerBuild>;
  assets: express.Handler;
  close(): Promise<void>;
}

async function openBundle(): Promise<Source> {
  if (!existsSync(bundle)) throw new Error(`There is no build at ${bundle}: run \`npm run build\` first.`);
  const build: ServerBuild = await import(pathToFileURL(bundle).href);
  const assets = express.Router();
  const client = resolve(root, "build/client");
  // Their names hold a hash of what is in them.
  assets.use(
    "/assets",
    express.static(resolve(client, "assets"), { immutable: true, maxAge: "1y", index: false }),
  );
  assets.use(express.static(client, { maxAge: "1h", index: false, redirect: false }));
  return { loadBuild: async () => build, assets, close: async () => undefined };
}

async function openVite(server: Server): Promise<Source> {
  // A development dependency: production images do not have it.
  const name: string = "vite";
  const { createServer: createVite } = (await import(name)) as typeof import("vite");
  const vite = await createVite({ root, server: { middlewareMode: true, hmr: { server } } });
  return {
    loadBuild: async () => (await vite.ssrLoadModule("virtual:remix/server-build")) as ServerBuild,
    assets: vite.middlewares,
    close: () => vite.close(),
  };
}

/** What every request meets first: an id, a line in the log, headers, and the refusal of what no route could read. */
function accept(web: Web, req: Request, res: ExpressResponse, next: NextFunction): void {
  const startedAt = performance.now();
  const requestId = web.requestIdFrom(req.get("x-request-id"));
  // Routes read the id from the request; an id of the caller's that is not sane does not reach them.
  req.headers["x-request-id"] = requestId;
  res.locals.requestId = requestId;
  res.locals.callerAddress = req.ip;
  letStaffJudgeOrigin(req);
  res.setHeader("x-request-id", requestId);
  setMissingHeaders(res, {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    ...(web.isHttps ? { "Strict-Transport-Security": "max-age=31536000; includeSubDomains" } : {}),
  });
  const path = web.withoutTokens(req.originalUrl);
  // Only pages are asked for their data alone; elsewhere Remix would answer this parameter in its own words.
  if (!isPage.test(req.path)) req.originalUrl = withoutDataParameter(req.originalUrl);
  res.on("finish", () => drain(req));
  res.on("close", () => {
    const ms = performance.now() - startedAt;
    const status = res.writableFinished ? res.statusCode : null;
    web.countRequest({ method: req.method, path: req.path, status, seconds: ms / 1000 });
    web.log.info(
      {
        requestId,
        method: req.method,
        path,
        status: res.statusCode,
        ms: Math.round(ms),
        shop: res.locals.shop,
        staff: res.locals.staff,
        ...(res.writableFinished ? {} : { aborted: true }),
      },
      "request",
    );
  });

  const where = { requestId, path: req.path };
  const refusal = !answeredMethods.has(req.method)
    ? web.refuse("method_not_allowed", "No address answers this method.", where)
    : !isReadable(req)
      ? web.refuse("malformed", "The address, its host or its origin cannot be read.", where)
      : Number(req.headers["content-length"] ?? 0) > web.bodyLimitBytes
        ? web.refuse("payload_too_large", `The body is larger than ${web.bodyLimitBytes} bytes.`, where)
        : null;
  if (!refusal) {
    web.inRequest(requestId, next);
    return;
  }
  if (refusal.status === 405) refusal.headers.set("Allow", [...answeredMethods].join(", "));
  afterBody(req, DRAIN_LIMIT_BYTES, () => void send(refusal, res));
}

/**
 * Remix answers 500 to a page's form from another origin, before the page sees it, by comparing Origin with Host. Staff's
 * forms compare it with our own address, refuse it with 403 and note it in the audit: they are to see it.
 */
function letStaffJudgeOrigin(req: Request): void {
  const origin = req.get("origin");
  if (!origin || !/^\/staff(\/|$)/.test(req.path)) return;
  if (origin === "null") req.headers["x-forwarded-host"] = "null";
  else if (URL.canParse(origin)) req.headers["x-forwarded-host"] = new URL(origin).host;
}

/**
 * Reads the body and throws it away, up to a limit, before the request is refused: a sender that is cut off while it
 * sends sees a broken connection, not the refusal.
 */
function afterBody(req: Request, limitBytes: number, answer: () => void): void {
  let size = 0;
  let isAnswered = false;
  const answerOnce = () => {
    if (!isAnswered) answer();
    isAnswered = true;
  };
  req.on("data", (chunk: Buffer) => {
    size += chunk.byteLength;
    if (size > limitBytes) answerOnce();
  });
  req.on("end", answerOnce);
}

/**
 * Reads away what an answer left unread of its request, up to a limit: the next request on the connection stands behind
 * it, and would wait until the connection is given up.
 */
function drain(req: Request): void {
  if (req.readableEnded || req.destroyed) return;
  req.removeAllListeners("data");
  let size = 0;
  req.on("data", (chunk: Buffer) => {
    size += chunk.byteLength;
    if (size > DRAIN_LIMIT_BYTES) req.destroy();
  });
  req.resume();
}

const isPage = /^\/(?:(?:app|auth|staff)(?:\/|$)|$)/;

function withoutDataParameter(address: string): string {
  const [path = "", query] = splitOnce(address, "?");
  if (query === undefined) return address;
  const kept = query.split("&").filter((pair) => new URLSearchParams(pair).get("_data") === null);
  return kept.length > 0 ? `${path}?${kept.join("&")}` : path;
}

function splitOnce(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Whether scheme, host, port and address make the URL that Remix will make of them, with a path that can be decoded. */
function isReadable(req: Request): boolean {
  try {
    const ports = [req.get("x-forwarded-host"), req.get("host")].map((host) =>
      Number.parseInt(host?.split(":")[1] ?? "", 10),
    );
    const port = ports.find(Number.isSafeInteger);
    const url = new URL(`${req.protocol}://${req.hostname}${port ? `:${port}` : ""}${req.originalUrl}`);
    // What a proxy says of scheme and host becomes part of the URL: nothing in it may begin another address.
    if (!/^https?$/.test(req.protocol) || !/^[\w.[\]:-]+$/.test(req.hostname)) return false;
    // Remix compares the origin of a form with the host, and fails on one that is none.
    const origin = req.get("origin");
    if (origin !== undefined && origin !== "null" && !URL.canParse(origin)) return false;
    return req.originalUrl.startsWith("/") && !decodeURIComponent(url.pathname).includes("\0");
  } catch {
    return false;
  }
}

/** What is no document may load nothing and stand in no frame, should a browser ever show it as one. */
const answerPolicy = "default-src 'none'; frame-ancestors 'none'";

/** Sets headers as late as possible, where the answer has not set its own. A 405 of Remix' is a page's: it can be read. */
function setMissingHeaders(res: ExpressResponse, headers: Record<string, string>): void {
  const writeHead = res.writeHead.bind(res) as (...head: unknown[]) => ExpressResponse;
  res.writeHead = (...head: unknown[]) => {
    if (head[0] === 405 && !res.hasHeader("Allow")) res.setHeader("Allow", "GET, HEAD");
    const isDocument = String(res.getHeader("Content-Type") ?? "").startsWith("text/html");
    if (!isDocument && !res.hasHeader("Content-Security-Policy"))
      res.setHeader("Content-Security-Policy", answerPolicy);
    for (const [name, value] of Object.entries(headers)) if (!res.hasHeader(name)) res.setHeader(name, value);
    return writeHead(...head);
  };
}

async function send(answer: Response, res: ExpressResponse): Promise<void> {
  res.status(answer.status);
  for (const [name, value] of answer.headers) res.setHeader(name, value);
  res.end(Buffer.from(await answer.arrayBuffer()));
}

const isClientError = (error: unknown): boolean => {
  const status = error instanceof Error && "status" in error ? Number(error.status) : 500;
  return status >= 400 && status < 500;
};

/** Takes no new connections, lets open requests end, lets go of the database, and ends. A second signal ends at once. */
function stopOnSignal(server: Server, web: Web, release: () => Promise<void>): void {
  let isStopping = false;
  const stop = async (signal: string) => {
    if (isStopping) process.exit(1);
    isStopping = true;
    web.log.info({ signal }, "stopping");
    const drained = new Promise<void>((done) => server.close(() => done()));
    // A kept-alive connection goes idle when its answer is sent, and would then be waited for.
    const sweep = setInterval(() => server.closeIdleConnections(), 100);
    const limit = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    await drained;
    clearInterval(sweep);
    // The timer runs on until here: without it nothing would keep the process until the database is let go.
    await release();
    clearTimeout(limit);
    web.log.info("stopped");
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal));
}
