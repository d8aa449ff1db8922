import type { ShopTx } from "#app/platform/tenant.server.ts";
import { decideFor } from "./announce.server.ts";
import { countsAsTold, loadNoticeFacts, queueDeliveries } from "./deliveries.store.server.ts";
import { loadMessage, type Told, type ToTell } from "./load-message.server.ts";
import { GIVE_UP_AFTER_HOURS, lostAfterSeconds, STALE_AFTER_MINUTES } from "./retrying.ts";
import type { Channel, SkipReason } from "./routing.ts";

/** A delivery that is being sent: whoever records its outcome says which attempt it was. */
export interface ClaimedDelivery extends ToTell {
  shopId: string | null;
  channel: Channel;
  attempts: number;
}

interface DeliveryRow extends ClaimedDelivery {
  state: "queued" | "held" | "sending" | "sent" | "skipped" | "failed";
  dueAt: Date | null;
  position: bigint;
  channelPausedUntil: Date | null;
}

/** The attempt after a day of failures still records what came of it; what is older was never recorded at all. */
const LAST_TRY_MS = 3_600_000;

export type Claim =
  | { kind: "send"; delivery: ClaimedDelivery; told: Told }
  | { kind: "not_now" | "ended"; why: string };

/**
 * Takes a delivery to send it, or decides by what is true now that it is not to be sent, or not yet. Notices of one
 * subject reach a channel in order: a newer one waits until the older is out, and is queued then.
 */
export async function claimDelivery(
  tx: ShopTx,
  deliveryId: string,
  isOn: (channel: Channel) => boolean,
  now: Date,
): Promise<Claim> {
  const row = await lockDelivery(tx, deliveryId);
  if (!row) return { kind: "ended", why: "gone" };
  if (row.state === "sent" || row.state === "skipped" || row.state === "failed")
    return { kind: "ended", why: "ended_before" };
  if (row.state === "sending" && now.getTime() - row.dueAt!.getTime() < lostAfterSeconds(row.attempts) * 1000)
    return { kind: "not_now", why: "in_progress" };
  if (await hasOlderOne(tx, row)) return { kind: "not_now", why: "waits_for_older" };

  // Held for long is not old: only what could not be sent is.
  if (
    row.state !== "held" &&
    now.getTime() - row.createdAt.getTime() > GIVE_UP_AFTER_HOURS * 3_600_000 + LAST_TRY_MS
  )
    return giveUp(tx, row, now);
  const told = await loadMessage(tx, row);
  if (!told) return skip(tx, row, "no_longer_true", now);
  if (row.state === "held") {
    const again = await reconsider(tx, row, told.isOver, now);
    if (again) return again;
    // However long it was held, it waits to be sent since now.
    await tx.$executeRaw`UPDATE alert_deliveries SET created_at = ${now}::timestamptz WHERE id = ${row.id}::uuid`;
    row.createdAt = now;
  }
  if (!isOn(row.channel)) return skip(tx, row, "switched_off", now);
  if (row.event === "resolved" && !(await wasTold(tx, row))) return skip(tx, row, "never_announced", now);
  const ageMinutes = (now.getTime() - row.createdAt.getTime()) / 60_000;
  if (row.event !== "resolved" && told.isOver && ageMinutes > STALE_AFTER_MINUTES)
    return skip(tx, row, "no_longer_true", now);
  if (row.channelPausedUntil && row.channelPausedUntil > now)
    return wait(tx, row, "queued", "channel_rests", row.channelPausedUntil);

  await tx.$executeRaw`
    UPDATE alert_deliveries SET state = 'sending', reason = event, attempts = attempts + 1, due_at = ${now}::timestamptz
    WHERE id = ${row.id}::uuid`;
  return { kind: "send", delivery: { ...row, attempts: row.attempts + 1 }, told };
}

async function lockDelivery(tx: ShopTx, deliveryId: string): Promise<DeliveryRow | undefined> {
  const [row] = await tx.$queryRaw<DeliveryRow[]>`
    SELECT d.shop_id AS "shopId", d.id, d.position, d.channel, d.event, d.severity, d.state, d.attempts, d.created_at AS "createdAt",
      d.due_at AS "dueAt", d.incident_id AS "incidentId", d.upstream_event_id AS "upstreamEventId", d.broken_channel AS "brokenChannel",
      h.paused_until AS "channelPausedUntil"
    FROM alert_deliveries d LEFT JOIN alert_channels h ON h.channel = d.channel
    WHERE d.id = ${deliveryId}::uuid FOR UPDATE OF d`;
  return row;
}

async function hasOlderOne(tx: ShopTx, row: DeliveryRow): Promise<boolean> {
  const [older] = await tx.$queryRaw<{ id: string }[]>`
    SELECT d.id FROM alert_deliveries d
    WHERE d.shop_id IS NOT DISTINCT FROM ${row.shopId}::uuid AND d.incident_id IS NOT DISTINCT FROM ${row.incidentId}::uuid
      AND d.upstream_event_id IS NOT DISTINCT FROM ${row.upstreamEventId}::uuid AND d.broken_channel IS NOT DISTINCT FROM ${row.brokenChannel}
      AND d.channel = ${row.channel} AND d.event <> 'test' AND d.position < ${row.position} AND d.state IN ('queued', 'sending') LIMIT 1`;
  return older !== undefined;
}

/** Whether the beginning reached the channel after all, by what came of it. */
async function wasTold(tx: ShopTx, row: DeliveryRow): Promise<boolean> {
  const [last] = await tx.$queryRaw<{ event: string }[]>`
    SELECT d.event FROM alert_deliveries d
    WHERE d.shop_id IS NOT DISTINCT FROM ${row.shopId}::uuid AND d.incident_id IS NOT DISTINCT FROM ${row.incidentId}::uuid
      AND d.upstream_event_id IS NOT DISTINCT FROM ${row.upstreamEventId}::uuid AND d.broken_channel IS NOT DISTINCT FROM ${row.brokenChannel}
      AND d.channel = ${row.channel} AND d.position < ${row.position} AND d.event NOT IN ('acknowledged', 'test') AND ${countsAsTold}
    ORDER BY d.position DESC LIMIT 1`;
  return last !== undefined && last.event !== "resolved";
}

/** What was held is told when nothing holds it any more, if it is still true. */
async function reconsider(tx: ShopTx, row: DeliveryRow, isOver: boolean, now: Date): Promise<Claim | null> {
  if (isOver) return skip(tx, row, "no_longer_true", now);
  if (!row.incidentId || row.event === "test") return null;
  const facts = (await loadNoticeFacts(tx, [row.incidentId], now)).get(row.incidentId);
  if (!facts) return skip(tx, row, "no_longer_true", now);
  const decision = decideFor(facts, { channel: row.channel, event: row.event, severity: row.severity }, now);
  if (decision.do === "skip") return skip(tx, row, decision.reason, now);
  if (decision.do === "hold") return wait(tx, row, "held", decision.reason, decision.until);
  return null;
}

/** Nobody has recorded an outcome for a day: whoever sent it, if anybody did, was lost each time. */
async function giveUp(tx: ShopTx, row: DeliveryRow, now: Date): Promise<Claim> {
  await tx.$executeRaw`
    UPDATE alert_deliveries SET state = 'failed', reason = 'gave_up', due_at = NULL, ended_at = ${now}::timestamptz WHERE id = ${row.id}::uuid`;
  await queueNext(tx, row);
  return { kind: "ended", why: "gave_up" };
}

async function skip(tx: ShopTx, row: DeliveryRow, reason: SkipReason, now: Date): Promise<Claim> {
  await tx.$executeRaw`
    UPDATE alert_deliveries SET state = 'skipped', reason = ${reason}, due_at = NULL, ended_at = ${now}::timestamptz WHERE id = ${row.id}::uuid`;
  await queueNext(tx, row);
  return { kind: "ended", why: reason };
}

async function wait(
  tx: ShopTx,
  row: DeliveryRow,
  state: "queued" | "held",
  why: string,
  until: Date | null,
): Promise<Claim> {
  await tx.$executeRaw`
    UPDATE alert_deliveries SET state = ${state}, due_at = ${until}::timestamptz, reason = CASE WHEN ${state} = 'held' THEN ${why} ELSE reason END
    WHERE id = ${row.id}::uuid`;
  if (until) await queueDeliveries(tx, [{ shopId: row.shopId, id: row.id, dueAt: until }]);
  return { kind: "not_now", why };
}

/** One is out: the next of the same subject and channel may go. */
export async function queueNext(
  tx: ShopTx,
  delivery: Pick<ClaimedDelivery, "shopId" | "channel" | "incidentId" | "upstreamEventId" | "brokenChannel">,
): Promise<void> {
  const [next] = await tx.$queryRaw<{ shopId: string | null; id: string; dueAt: Date }[]>`
    SELECT d.shop_id AS "shopId", d.id, d.due_at AS "dueAt" FROM alert_deliveries d
    WHERE d.shop_id IS NOT DISTINCT FROM ${delivery.shopId}::uuid AND d.incident_id IS NOT DISTINCT FROM ${delivery.incidentId}::uuid
      AND d.upstream_event_id IS NOT DISTINCT FROM ${delivery.upstreamEventId}::uuid AND d.broken_channel IS NOT DISTINCT FROM ${delivery.brokenChannel}
      AND d.channel = ${delivery.channel} AND d.event <> 'test' AND d.state = 'queued' ORDER BY d.position LIMIT 1`;
  if (next) await queueDeliveries(tx, [next]);
}
