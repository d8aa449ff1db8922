import { env } from "#app/platform/env.server.ts";
import { log } from "#app/platform/log.server.ts";
import { withShops } from "#app/platform/tenant.server.ts";
import { dqMetrics } from "../dq-metrics.server.ts";
import { type FlowSkipReason, type Senders, sendersFrom, type TellOutcome } from "./channels.server.ts";
import { isShared, noteChannelBroken, noteChannelWorks, restChannel } from "./channels.store.server.ts";
import { type ClaimedDelivery, claimDelivery, queueNext } from "./claim.server.ts";
import { queueDeliveries } from "./deliveries.store.server.ts";
import { GIVE_UP_AFTER_HOURS, restAfterFailure } from "./retrying.ts";
import type { FailReason, SkipReason } from "./routing.ts";

interface Wanted {
  /** Null: about no shop in particular. */
  shopId: string | null;
  deliveryId: string;
}

/**
 * Sends one notice through its channel: claims it, sends it outside any transaction, records what came of it. A worker
 * that dies in between leaves it claimed; a sweep takes it up a minute later, so that at worst it arrives twice.
 * @returns what became of it, for the log
 */
export async function deliverAlert(
  { shopId, deliveryId }: Wanted,
  now: Date,
  senders: Senders = sendersFrom(env()),
  random: () => number = Math.random,
): Promise<string> {
  const claim = await inScope(shopId, (tx) =>
    claimDelivery(tx, deliveryId, (channel) => senders[channel] !== undefined, now),
  );
  if (claim.kind !== "send") return claim.why;
  const { delivery, told } = claim;
  const startedAt = performance.now();
  const outcome = await senders[delivery.channel]!(told, now);
  const endedAt = new Date(now.getTime() + Math.round(performance.now() - startedAt));
  return recordOutcome(delivery, outcome, endedAt, random());
}

async function recordOutcome(
  delivery: ClaimedDelivery,
  outcome: TellOutcome,
  now: Date,
  random: number,
): Promise<string> {
  const { channel } = delivery;
  if (outcome.sent) {
    await end(delivery, "sent", null, outcome.status, now);
    await noteChannelWorks(channel, now);
    return "sent";
  }
  if ("skipped" in outcome) {
    await end(delivery, "skipped", outcome.skipped, null, now);
    return outcome.skipped;
  }
  const isOld = now.getTime() - delivery.createdAt.getTime() > GIVE_UP_AFTER_HOURS * 3_600_000;
  log.warn(
    { channel, delivery: delivery.id, attempt: delivery.attempts, reason: outcome.reason },
    "an alert was not taken",
  );
  if (outcome.retry === "never" || isOld) {
    // First the alarm: if this process dies in between, it is raised once and the delivery is tried once more.
    await noteChannelBroken(channel, now);
    await end(delivery, "failed", isOld ? "gave_up" : "refused", outcome.status, now);
    return "failed";
  }
  const dueAt = isShared(channel)
    ? await restChannel(channel, outcome.retry, now, random)
    : new Date(now.getTime() + restAfterFailure(delivery.attempts, outcome.retry, random));
  await inScope(delivery.shopId, async (tx) => {
    const isMine = await tx.$executeRaw`
      UPDATE alert_deliveries SET state = 'queued', due_at = ${dueAt}::timestamptz, http_status = ${outcome.status}
      WHERE id = ${delivery.id}::uuid AND state = 'sending' AND attempts = ${delivery.attempts}`;
    if (isMine > 0) await queueDeliveries(tx, [{ shopId: delivery.shopId, id: delivery.id, dueAt }]);
  });
  dqMetrics.deliveries.add(1, { channel, outcome: "retry" });
  return `again at ${dueAt.toISOString()}`;
}

/** Its story ends here, unless another attempt has taken over meanwhile; the next notice of the same incident may go. */
async function end(
  delivery: ClaimedDelivery,
  state: "sent" | "skipped" | "failed",
  reason: SkipReason | FlowSkipReason | FailReason | null,
  httpStatus: number | null,
  now: Date,
): Promise<void> {
  await inScope(delivery.shopId, async (tx) => {
    await tx.$executeRaw`
      UPDATE alert_deliveries SET state = ${state}, reason = coalesce(${reason}, reason), http_status = ${httpStatus}, due_at = NULL,
        ended_at = ${now}::timestamptz
      WHERE id = ${delivery.id}::uuid AND state = 'sending' AND attempts = ${delivery.attempts}`;
    await queueNext(tx, delivery);
  });
  dqMetrics.deliveries.add(1, { channel: delivery.channel, outcome: state });
}

/** The job's last attempt failed for a reason of ours: nothing stays "sending" for ever, and the other channel hears of it. */
export async function giveUpDelivery({ shopId, deliveryId }: Wanted, now: Date): Promise<void> {
  const [given] = await inScope(
    shopId,
    (tx) => tx.$queryRaw<ClaimedDelivery[]>`
      UPDATE alert_deliveries SET state = 'failed', reason = 'gave_up', due_at = NULL, ended_at = ${now}::timestamptz
      WHERE id = ${deliveryId}::uuid AND state IN ('queued', 'held', 'sending')
      RETURNING shop_id AS "shopId", channel, incident_id AS "incidentId", upstream_event_id AS "upstreamEventId", broken_channel AS "brokenChannel"`,
  );
  if (!given) return;
  dqMetrics.deliveries.add(1, { channel: given.channel, outcome: "failed" });
  await noteChannelBroken(given.channel, now);
  await inScope(shopId, (tx) => queueNext(tx, given));
}

const inScope = <T>(shopId: string | null, work: Parameters<typeof withShops<T>>[1]): Promise<T> =>
  withShops(shopId === null ? [] : [shopId], work);
