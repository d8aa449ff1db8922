import { randomUUID } from "node:crypto";
import express, { type Router } from "express";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { dayBefore, daysBetween, daysEnding, startOfDay } from "#app/modules/shops/shop-days.ts";
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

/** Between two days, so that progress can be watched. */
const PAUSE_MS = 250;
const REPORT_EVERY = 3;

/** How a merchant's own pipelines take the request to send days again, do it, and report: as a stranger's code would. */
export function createPipelineDoor({
  appUrl,
  secretOf,
  load,
}: {
  appUrl: string;
  secretOf: (shop: string) => string;
  load: (target: PushTarget, since: Date, until: Date) => Promise<number>;
}): Router {
  const router = express.Router();
  const underWay = new Set<string>();

  async function report({ backfillId, shop }: Asked, data: object): Promise<void> {
    const at = new Date();
    const body = JSON.stringify({ type: "backfill.progress", timestamp: at.toISOString(), data });
    const id = `msg_${randomUUID()}`;
    const response = await fetch(`${appUrl}/api/ingest/backfills/${backfillId}/progress`, {
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
    if (!response.ok)
      throw new Error(`The progress door answered ${response.status}: ${await response.text()}`);
  }

  async function sendAgain(asked: Asked): Promise<void> {
    const { shop, source, startDate, endDate, timeZone } = asked;
    const days = daysEnding(endDate, daysBetween(startDate, endDate) + 1);
    let rowsLoaded = 0;
    for (const [index, day] of days.entries()) {
      if (!underWay.has(asked.backfillId)) return;
      const until = Math.min(Date.now(), startOfDay(dayBefore(day, -1), timeZone).getTime());
      rowsLoaded += await load({ shop, source }, startOfDay(day, timeZone), new Date(until));
      await new Promise((done) => setTimeout(done, PAUSE_MS));
      if (index % REPORT_EVERY === 0)
        await report(asked, { status: "running", percent: (100 * (index + 1)) / days.length, rowsLoaded });
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
