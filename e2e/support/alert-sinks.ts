import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type pg from "pg";
import { type Senders, sendersFrom, type TellOutcome } from "#app/modules/alerts/channels.server.ts";
import { deliverAlert } from "#app/modules/alerts/deliver.server.ts";
import { env } from "#app/platform/env.server.ts";

export interface Sunk {
  channel: "slack" | "pagerduty";
  body: Record<string, unknown>;
}

/** How the next message is answered; `hang` takes it and never answers. */
export type Answer = { status: number; retryAfter?: string } | "hang";

export interface AlertSinks {
  /** Every message that arrived, whatever it was answered. */
  sunk: Sunk[];
  /** Answers to the next messages of a channel, in order; then it takes all. */
  next: Record<"slack" | "pagerduty", Answer[]>;
  /** Answers to all messages from now on. */
  always: Partial<Record<"slack" | "pagerduty", Answer>>;
  senders: Senders;
  stop(): Promise<void>;
}

const good: Record<"slack" | "pagerduty", { status: number; retryAfter?: string }> = {
  slack: { status: 200 },
  pagerduty: { status: 202 },
};

/** Slack and PagerDuty on one loopback server, as their documents say, and this process' environment pointing there. */
export async function startAlertSinks({ timeoutMs = 200 } = {}): Promise<AlertSinks> {
  const sinks: AlertSinks = { sunk: [], next: { slack: [], pagerduty: [] }, always: {}, senders: {}, stop };
  const server = createServer((request, response) => void take(request, response));
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const channel = request.url === "/v2/enqueue" ? "pagerduty" : "slack";
    sinks.sunk.push({ channel, body: JSON.parse(Buffer.concat(parts).toString()) });
    const answer = sinks.next[channel].shift() ?? sinks.always[channel] ?? good[channel];
    if (answer === "hang") return;
    response.writeHead(answer.status, answer.retryAfter ? { "retry-after": answer.retryAfter } : {});
    response.end("ok");
  }
  async function stop(): Promise<void> {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    SLACK_DQ_WEBHOOK_URL: `${origin}/services/T0/B0/secret`,
    PAGERDUTY_DQ_ROUTING_KEY: "routing-key-of-the-test",
    PAGERDUTY_EVENTS_URL: origin,
  });
  sinks.senders = sendersFrom(env(), { timeoutMs });
  return sinks;
}

/** Loses the answer, as a worker does that dies between sending and recording. */
export class WorkerDied extends Error {}

/** Senders that send, and then die instead of answering. */
export const dyingAfterSending = (senders: Senders): Senders =>
  Object.fromEntries(
    Object.entries(senders).map(([channel, send]) => [
      channel,
      async (...given: Parameters<typeof send>): Promise<TellOutcome> => {
        await send(...given);
        throw new WorkerDied();
      },
    ]),
  );

interface Delivered {
  outcome: string;
  deliveryId: string;
}

/**
 * Does what workers would do at `now` with what is queued for then, `atOnce` deliveries at a time, until nothing is due.
 * Time is the test's: nothing waits.
 */
export async function deliverDue(
  owner: pg.Client,
  now: Date,
  senders: Senders,
  { atOnce = 1 } = {},
): Promise<Delivered[]> {
  const done: Delivered[] = [];
  for (;;) {
    const { rows } = await owner.query<{ payload: { shopId: string | null; deliveryId: string } }>(
      `DELETE FROM graphile_worker._private_jobs WHERE id IN (
         SELECT j.id FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id
         WHERE t.identifier = 'alerts.deliver' AND j.run_at <= $1 ORDER BY j.run_at, j.id LIMIT $2) RETURNING payload`,
      [now, atOnce],
    );
    if (rows.length === 0) return done;
    await Promise.all(
      rows.map(async ({ payload }) => {
        const outcome = await deliverAlert(payload, now, senders, () => 0).catch((error: unknown) => {
          if (error instanceof WorkerDied) return "worker died";
          throw error;
        });
        done.push({ outcome, deliveryId: payload.deliveryId });
      }),
    );
  }
}
