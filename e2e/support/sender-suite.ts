import type { ServerResponse } from "node:http";
import { createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PostOptions } from "#app/platform/http/post-json.ts";
import type { SendOutcome } from "#app/platform/http/send-outcome.ts";
import { type AlertSink, type SinkCall, startAlertSink } from "./alert-sink.ts";

export interface Sender {
  /** Sends one message to a destination on this origin. */
  send: (origin: string, options: PostOptions) => Promise<SendOutcome>;
  /** What no outcome may hold: the destination's own secrets. */
  secrets: readonly string[];
  /** The status with which the vendor says that it has taken a message. */
  taken: number;
}

const now = new Date("2026-11-24T10:00:00Z");
/** Long enough for a busy machine; where nothing comes, nobody waits so long. */
const TIMEOUT_MS = 3_000;
const SHORT_TIMEOUT_MS = 500;
/** What a hostile or careless destination says: nothing of it may be repeated. */
const SAID = "words-of-the-answer";

type Answer = (call: SinkCall, response: ServerResponse) => void;
const sent = (status: number): SendOutcome => ({ sent: true, status });
const refused = (status: number): SendOutcome => ({
  sent: false,
  retry: "never",
  status,
  reason: `refused with ${status}`,
});
const later = (
  status: number,
  retry: "backoff" | { afterSeconds: number },
  reason = `answered ${status}`,
): SendOutcome => ({ sent: false, retry, status, reason });

/** What every adapter that posts a message owes, against a real server: each answer's verdict, no secret in any of them. */
export function describeSender({ send, secrets, taken }: Sender): void {
  let sink: AlertSink;
  beforeAll(async () => {
    sink = await startAlertSink();
  });
  beforeEach(() => sink.reset());
  afterAll(() => sink?.stop());

  async function outcomeAt(origin: string, options: PostOptions = {}): Promise<SendOutcome> {
    const outcome = await send(origin, { timeoutMs: TIMEOUT_MS, now: () => now, ...options });
    const written = JSON.stringify(outcome);
    for (const secret of [...secrets, new URL(origin).port, "127.0.0.1", "http", SAID])
      expect(written).not.toContain(secret);
    return outcome;
  }
  const answered = (answer: Answer): Promise<SendOutcome> => {
    sink.answer = answer;
    return outcomeAt(sink.url);
  };
  /** Says a status, and whatever was sent, back again. */
  const echo =
    (status: number, headers: Record<string, string> = {}): Answer =>
    (call, response) =>
      response.writeHead(status, headers).end(`${SAID} ${call.path} ${call.body}`);

  describe("what an answer means", () => {
    it.each<[string, Answer, SendOutcome]>([
      ["200", echo(200), sent(200)],
      ["202", echo(202), sent(202)],
      ["204", (_, response) => response.writeHead(204).end(), sent(204)],
      ["400", echo(400), refused(400)],
      ["401", echo(401), refused(401)],
      ["403", echo(403), refused(403)],
      ["404", echo(404), refused(404)],
      ["410", echo(410), refused(410)],
      ["400 with Retry-After", echo(400, { "retry-after": "5" }), refused(400)],
      ["408", echo(408), later(408, "backoff")],
      ["429 with a number", echo(429, { "retry-after": "7" }), later(429, { afterSeconds: 7 }, "throttled")],
      [
        "429 with a date",
        echo(429, { "retry-after": "Tue, 24 Nov 2026 10:01:30 GMT" }),
        later(429, { afterSeconds: 90 }, "throttled"),
      ],
      ["429 with nonsense", echo(429, { "retry-after": "soon" }), later(429, "backoff", "throttled")],
      ["429", echo(429), later(429, "backoff", "throttled")],
      ["500", echo(500), later(500, "backoff")],
      ["502", echo(502), later(502, "backoff")],
      ["503 with Retry-After", echo(503, { "retry-after": "30" }), later(503, { afterSeconds: 30 })],
    ])("%s", async (_, answer, expected) => {
      expect(await answered(answer)).toEqual(expected);
      expect(sink.calls).toHaveLength(1);
    });

    it.each([301, 302, 307, 308])("%i is refused, and led nowhere", async (status) => {
      expect(await answered(echo(status, { location: `${sink.url}/elsewhere` }))).toEqual(refused(status));
      expect(sink.calls).toHaveLength(1);
    });

    it("the vendor's own", async () => {
      expect(await outcomeAt(sink.url)).toEqual(sent(taken));
    });
  });

  describe("an answer that does not come", () => {
    const none = (reason: string): SendOutcome => ({
      sent: false,
      retry: "backoff",
      status: null,
      reason: `no answer (${reason})`,
    });

    it("at all: within the time limit", async () => {
      const startedAt = performance.now();
      sink.answer = () => undefined;
      expect(await outcomeAt(sink.url, { timeoutMs: SHORT_TIMEOUT_MS })).toEqual(none("timed out"));
      expect(performance.now() - startedAt).toBeLessThan(TIMEOUT_MS);
    });

    it("because nobody listens", async () => {
      const gone = await startAlertSink();
      await gone.stop();
      expect(await outcomeAt(gone.url)).toEqual(none("ECONNREFUSED"));
    });

    it("because the connection is reset", async () => {
      const outcome = await answered((_, response) => response.socket!.resetAndDestroy());
      expect([none("ECONNRESET"), none("UND_ERR_SOCKET")]).toContainEqual(outcome);
    });

    it.each([
      ["half a status line", "HTTP/1.1 20", "timed out"],
      ["half of the headers", "HTTP/1.1 200 OK\r\nContent-Ty", "timed out"],
      ["what is no HTTP", `${SAID}\r\n\r\n`, "network error"],
    ])("in full: %s", async (_, bytes, reason) => {
      const server = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => socket.write(bytes));
      });
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      const address = server.address() as { port: number };
      try {
        const outcome = await outcomeAt(`http://127.0.0.1:${address.port}`, { timeoutMs: SHORT_TIMEOUT_MS });
        expect(outcome).toEqual(none(reason));
      } finally {
        server.close();
      }
    });

    it("because the address cannot be called", async () => {
      const address = sink.url.replace("//", "//user:words-of-a-password@");
      const outcome = await outcomeAt(address);
      expect(outcome).toEqual(none("network error"));
      expect(JSON.stringify(outcome)).not.toContain("words-of-a-password");
    });
  });

  describe("an answer whose status came, and whose body", () => {
    const begin = (response: ServerResponse, status = taken) => {
      response.writeHead(status, { "content-type": "text/plain" });
      response.write(SAID);
    };
    it.each<[string, Answer]>([
      ["never ends", (_, response) => begin(response)],
      [
        "breaks off",
        (_, response) => {
          begin(response);
          setImmediate(() => response.socket!.resetAndDestroy());
        },
      ],
      [
        "never stops coming",
        (_, response) => {
          begin(response);
          const more = setInterval(() => response.write(SAID.repeat(1000)), 1);
          response.on("close", () => clearInterval(more));
        },
      ],
      ["is of 10 MB", (_, response) => response.writeHead(taken).end(Buffer.alloc(10_000_000, SAID))],
    ])("%s, is judged by its status, and not waited for", async (_, answer) => {
      const startedAt = performance.now();
      expect(await answered(answer)).toEqual(sent(taken));
      expect(performance.now() - startedAt).toBeLessThan(TIMEOUT_MS);
      // What the broken connection still has to say comes now, and is nobody's unhandled error.
      await new Promise((done) => setTimeout(done, 20));
    });

    it("has broken off before it was looked at, is judged by its status", async () => {
      sink.answer = (_, response) => {
        begin(response);
        setImmediate(() => response.socket!.resetAndDestroy());
      };
      const lookLater: typeof fetch = async (...request) => {
        const response = await fetch(...request);
        await new Promise((done) => setTimeout(done, 50));
        return response;
      };
      expect(await outcomeAt(sink.url, { fetch: lookLater })).toEqual(sent(taken));
    });

    it("never ends, is a refusal if its status is", async () => {
      expect(await answered((_, response) => begin(response, 404))).toEqual(refused(404));
    });
  });

  it("many at once are each sent once", async () => {
    await Promise.all(Array.from({ length: 30 }, () => outcomeAt(sink.url)));
    expect(sink.calls).toHaveLength(30);
  });
}
