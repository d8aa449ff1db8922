import { randomUUID } from "node:crypto";
import express, { type Router } from "express";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { daysBetween, daysEnding } from "#app/modules/shops/shop-days.ts";
import type { PushTarget } from "./push-pipeline.ts";

const Asked = z.object({
  type: z.enum(["backfill.requested", "backfill.cancelled"]),
  data: z.object({
    backfillId: z.uuid(),
    shop: z.string(),
    source: z.string(),
    startDate: z.iso.date(),
    endDate: z.iso.date(),
    timeZone: z.string(),
  }),
});
type Asked = z.infer<typeof Asked>["data"];

const DAYS_AT_ONCE = 7;
/** Between two pieces, so that progress can be watched. */
const PAUSE_MS = 1_000;
/** How long is waited for whoever does not answer a report, each time longer; after the last it is given up. */
const REPORT_AGAIN_AFTER_MS = [1_000, 2_000, 5_000, 15_000, 60_000, 300_000];

/** How a merchant's own pipelines take the request to send days again, do it, and report: as a stranger's code would. */
export function createPipelineDoor({
  appUrl,
  secretOf,
  load,
}: {
  appUrl: string;
  secretOf: (shop: string) => string;
  /** Loads whole days again, as they are now; returns how many rows it wrote. */
  load: (target: PushTarget, firstDay: string, lastDay: string) => Promise<number>;
}): Router {
  const router = express.Router();
  const underWay = new Set<string>();

  /** A report that nobody has answered is sent again under its id: it may have arrived. */
  async function report(asked: Asked, data: object): Promise<void> {
    const id = `msg_${randomUUID()}`;
    for (const waitMs of [...REPORT_AGAIN_AFTER_MS, null]) {
      const response = await send(asked, data, id).catch((error: Error) => error);
      if (response instanceof Response && response.ok) return;
      const isOverSoon = response instanceof Error || response.status === 429 || response.status >= 500;
      if (waitMs === null || !isOverSoon)
        throw response instanceof Error
          ? response
          : new Error(`The progress door answered ${response.status}: ${await response.text()}`);
      await new Promise((done) => setTimeout(done, waitMs));
    }
  }

  function send({ backfillId, shop }: Asked, data: object, id: string): Promise<Response> {
    const at = new Date();
    const body = JSON.stringify({ type: "backfill.progress", timestamp: at.toISOString(), data });
    return fetch(`${appUrl}/api/ingest/backfills/${backfillId}/progress`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-sync-health-shop": shop,
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
        "webhook-signature": new Webhook(secretOf(shop)).sign(id, at, body),
      },
      body,
      signal: AbortSignal.timeout(10_000),
    });
  }

  async function sendAgain(asked: Asked): Promise<void> {
    const { shop, source, startDate, endDate } = asked;
    const days = daysEnding(endDate, daysBetween(startDate, endDate) + 1);
    let rowsLoaded = 0;
    for (let done = 0; done < days.length; done += DAYS_AT_ONCE) {
      if (!underWay.has(asked.backfillId)) return;
      const [first, last] = [days[done]!, days[Math.min(days.length, done + DAYS_AT_ONCE) - 1]!];
      rowsLoaded += await load({ shop, source }, first, last);
      await new Promise((done) => setTimeout(done, PAUSE_MS));
      const percent = (100 * Math.min(days.length, done + DAYS_AT_ONCE)) / days.length;
      await report(asked, { status: "running", percent, rowsLoaded });
    }
    await report(asked, { status: "completed", percent: 100, rowsLoaded });
  }

  router.post("/pipeline/backfills", express.text({ type: "*/*", limit: "100kb" }), (request, response) => {
    const parsed = Asked.safeParse(JSON.parse(String(request.body)));
    if (!parsed.success) {
      response.status(400).end();
      return;
    }
    const { type, data } = parsed.data;
    try {
      new Webhook(secretOf(data.shop)).verify(String(request.body), {
        "webhook-id": String(request.headers["webhook-id"]),
        "webhook-timestamp": String(request.headers["webhook-timestamp"]),
        "webhook-signature": String(request.headers["webhook-signature"]),
      });
    } catch {
      response.status(401).end();
      return;
    }
    response.status(202).end();
    if (type === "backfill.cancelled") underWay.delete(data.backfillId);
    // The same request again is the same backfill.
    else if (!underWay.has(data.backfillId)) {
      underWay.add(data.backfillId);
      sendAgain(data)
        .catch((error: Error) => console.error(`Refilling ${data.source} of ${data.shop}: ${error.message}`))
        .finally(() => underWay.delete(data.backfillId));
    }
  });
  return router;
}
