import { randomBytes } from "node:crypto";
import { Writable } from "node:stream";
import type { EntryContext } from "@remix-run/node";
import { isRouteErrorResponse, RemixServer } from "@remix-run/react";
import { renderToPipeableStream } from "react-dom/server";
import { documentSecurityHeaders } from "./platform/http/security-headers.server.ts";
import { log } from "./platform/log.server.ts";
import { NonceContext } from "./ui/nonce.ts";

/** A page that takes longer than this to draw is given up. */
const RENDER_TIMEOUT_MS = 5_000;

export default function answerDocument(
  request: Request,
  status: number,
  headers: Headers,
  context: EntryContext,
): Promise<Response> {
  const nonce = randomBytes(16).toString("base64");
  for (const [name, value] of Object.entries(documentSecurityHeaders({ request, nonce })))
    headers.set(name, value);
  headers.set("Content-Type", "text/html; charset=utf-8");

  return new Promise((resolve, reject) => {
    let answeredStatus = status;
    const { pipe, abort } = renderToPipeableStream(
      <NonceContext.Provider value={nonce}>
        <RemixServer context={context} url={request.url} abortDelay={RENDER_TIMEOUT_MS} />
      </NonceContext.Provider>,
      {
        onAllReady() {
          clearTimeout(timeout);
          // All of it is there: sent in one piece, it is compressed and written once.
          const chunks: Buffer[] = [];
          const page = new Writable({
            write: (chunk: Buffer, _encoding, next) => {
              chunks.push(chunk);
              next();
            },
            final: (done) => {
              resolve(new Response(Buffer.concat(chunks), { status: answeredStatus, headers }));
              done();
            },
          });
          pipe(page);
        },
        onShellError(error) {
          clearTimeout(timeout);
          reject(error);
        },
        onError(error) {
          answeredStatus = 500;
          log.error({ err: error }, "a page could not be drawn");
        },
      },
    );
    const timeout = setTimeout(abort, RENDER_TIMEOUT_MS);
  });
}

/** Errors of loaders and actions; a request that its sender gave up is none, nor one that Remix refused as the sender's fault. */
export function handleError(error: unknown, { request }: { request: Request }): void {
  const isRefusal = isRouteErrorResponse(error) && error.status < 500;
  if (!request.signal.aborted && !isRefusal)
    log.error({ err: error, path: new URL(request.url).pathname }, "a request failed");
}
export * from "./process-hooks.server.ts";
