import type { IncomingMessage, ServerResponse } from "node:http";
import { nameless, problem } from "./answers.ts";

/** Ways in which a real deployment misbehaves. */
export type Fault =
  | "throttled"
  | "throttled_retry_after"
  | "server_error"
  | "bad_gateway_html"
  | "hang"
  | "truncated"
  | "refused"
  | "unauthorized"
  | "conflict"
  | "locked";

export interface Answer {
  status: number;
  body: unknown;
}

export function send(response: ServerResponse, { status, body }: Answer): void {
  response
    .writeHead(status, { "content-type": "application/json" })
    .end(status === 204 ? undefined : JSON.stringify(body));
}

const throttled = { status: 429, body: { message: "You are being rate limited." } };
const badGateway =
  "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>";

const answers: Record<Fault, (request: IncomingMessage, response: ServerResponse) => void> = {
  throttled: (_, response) => send(response, throttled),
  throttled_retry_after: (_, response) => {
    response.setHeader("Retry-After", "7");
    send(response, throttled);
  },
  server_error: (_, response) =>
    send(response, problem(500, "unexpected-problem", "An unexpected problem has occurred.")),
  bad_gateway_html: (_, response) => {
    response.writeHead(502, { "content-type": "text/html" }).end(badGateway);
  },
  unauthorized: (_, response) => send(response, nameless(401)),
  conflict: (_, response) =>
    send(response, problem(409, "error:connection/locked", "The connection is locked.")),
  locked: (_, response) =>
    send(response, {
      status: 423,
      body: { message: "State cannot be updated while a sync is running for this connection." },
    }),
  truncated: (_, response) => {
    response
      .writeHead(200, { "content-type": "application/json" })
      .end('{"previous":"","data":[{"jobId":1,"st');
  },
  refused: (request) => {
    request.socket.destroy();
  },
  hang: () => undefined,
};

/** Lets the whole API misbehave on demand, for ever or for so many calls. */
export function createFaults() {
  let fault: Fault | null = null;
  let left = Number.POSITIVE_INFINITY;
  return {
    answerWith: (next: Fault | null, times = Number.POSITIVE_INFINITY) => {
      fault = next;
      left = times;
    },
    /** True when the fault has answered. */
    misbehave: (request: IncomingMessage, response: ServerResponse): boolean => {
      if (!fault || left <= 0) return false;
      if (fault === "unauthorized" && request.url?.endsWith("/applications/token")) return false;
      left -= 1;
      answers[fault](request, response);
      return true;
    },
  };
}
