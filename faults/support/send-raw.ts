import http from "node:http";

export interface RawRequest {
  method: string;
  /** As it is written, which fetch would tidy up or refuse to send. */
  path: string;
  headers: Record<string, string>;
  body?: Buffer | undefined;
}

export interface RawAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
  ms: number;
}

/**
 * Sends one request, byte for byte, and waits for the whole answer.
 * @throws Error when nothing came within `timeoutMs`, or the connection broke
 */
export function sendRaw(
  agent: http.Agent,
  origin: string,
  { method, path, headers, body }: RawRequest,
  timeoutMs: number,
): Promise<RawAnswer> {
  const startedAt = performance.now();
  return new Promise((answered, failed) => {
    const { hostname, port } = new URL(origin);
    const request = http.request({ hostname, port, path, method, headers, agent }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("error", failed);
      answer.on("end", () => {
        clearTimeout(timer);
        const ms = performance.now() - startedAt;
        answered({
          status: answer.statusCode!,
          headers: answer.headers,
          body: Buffer.concat(parts).toString(),
          ms,
        });
      });
    });
    const timer = setTimeout(
      () => request.destroy(new Error(`No answer within ${timeoutMs} ms.`)),
      timeoutMs,
    );
    request.on("error", (error) => {
      clearTimeout(timer);
      failed(error);
    });
    request.end(body);
  });
}
