import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { log } from "./log.server.ts";
import { renderMetrics } from "./metrics.server.ts";

/**
 * Serves `GET /metrics` on a port of its own, which whoever scrapes can reach and the public cannot.
 * @throws Error that says what to do when the port cannot be had
 */
export async function startMetricsEndpoint(port: number, host: string): Promise<{ stop(): Promise<void> }> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((listening, failed) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      failed(
        new Error(
          error.code === "EADDRINUSE"
            ? `METRICS_PORT ${port} is taken. Stop what listens there, or set another; without METRICS_PORT there is no /metrics.`
            : `METRICS_PORT ${port} on HOST ${host} cannot be listened on: ${error.message}`,
        ),
      ),
    );
    server.listen(port, host, listening);
  });
  return {
    stop: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

async function answer({ method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
  if (url?.split("?")[0] !== "/metrics") {
    response.writeHead(404).end();
  } else if (method !== "GET" && method !== "HEAD") {
    response.writeHead(405, { Allow: "GET, HEAD" }).end();
  } else {
    const text = await renderMetrics().catch((error: unknown) => {
      log.error({ err: error }, "metrics could not be told");
      return null;
    });
    response
      .writeHead(text === null ? 500 : 200, {
        "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
        "Cache-Control": "no-store",
      })
      .end(text ?? "");
  }
}
