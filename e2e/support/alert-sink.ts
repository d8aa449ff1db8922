import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A message as it arrived. */
export interface SinkCall {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** As text, so that what was posted can be compared to the letter. */
  body: string;
  at: Date;
}

export interface AlertSink {
  /** `http://127.0.0.1:…` */
  url: string;
  calls: SinkCall[];
  /** What the next calls are answered. Set it to make trouble; one that does nothing hangs. */
  answer: (call: SinkCall, response: ServerResponse) => void;
  /** Forgets the calls and answers as Slack and PagerDuty do. */
  reset(): void;
  stop(): Promise<void>;
}

/**
 * Slack and PagerDuty on one loopback server: PagerDuty at `/v2/enqueue`, a Slack incoming webhook at any other path.
 * They answer by the vendors' documents (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks,
 * `specs/pagerduty/events-v2-openapiv3.json`).
 */
export async function startAlertSink(): Promise<AlertSink> {
  const sink: AlertSink = {
    url: "",
    calls: [],
    answer: answerAsVendors,
    reset() {
      sink.calls = [];
      sink.answer = answerAsVendors;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const call: SinkCall = {
      method: request.method!,
      path: request.url!,
      headers: request.headers,
      body: Buffer.concat(parts).toString(),
      at: new Date(),
    };
    sink.calls.push(call);
    sink.answer(call, response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  sink.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return sink;
}

function answerAsVendors({ path, body }: SinkCall, response: ServerResponse): void {
  const said = readObject(body);
  if (!path.endsWith("/v2/enqueue")) {
    const isMessage = said && typeof said.text === "string" && said.text !== "";
    response.writeHead(isMessage ? 200 : 400, { "content-type": "text/plain" });
    response.end(isMessage ? "ok" : said ? "no_text" : "invalid_payload");
    return;
  }
  const isEvent = said && typeof said.routing_key === "string" && typeof said.event_action === "string";
  response.writeHead(isEvent ? 202 : 400, { "content-type": "application/json" });
  response.end(
    JSON.stringify(
      isEvent
        ? { status: "success", message: "Event processed", dedup_key: said.dedup_key }
        : { status: "Unrecognized object", message: "Event object format is unrecognized", errors: [] },
    ),
  );
}

function readObject(body: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
