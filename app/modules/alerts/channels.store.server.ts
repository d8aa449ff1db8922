import { withShops } from "#app/platform/tenant.server.ts";
import { saveDeliveries } from "./deliveries.store.server.ts";
import { restAfterFailure } from "./retrying.ts";
import type { Channel } from "./routing.ts";

type SharedChannel = Exclude<Channel, "flow">;
const other = { slack: "pagerduty", pagerduty: "slack" } as const;

/** Slack and PagerDuty are one for all shops; a shop's Flow is its own. */
export const isShared = (channel: Channel): channel is SharedChannel => channel !== "flow";

/** It took something: it does not rest any more, and if it was thought broken, the other channel hears that it works. */
export async function noteChannelWorks(channel: Channel, now: Date): Promise<void> {
  if (!isShared(channel)) return;
  await withShops([], async (tx) => {
    const [before] = await tx.$queryRaw<{ brokenSince: Date | null }[]>`
      SELECT broken_since AS "brokenSince" FROM alert_channels
      WHERE channel = ${channel} AND (failures_in_a_row > 0 OR paused_until IS NOT NULL OR broken_since IS NOT NULL) FOR UPDATE`;
    if (!before) return;
    await tx.$executeRaw`
      UPDATE alert_channels SET failures_in_a_row = 0, paused_until = NULL, broken_since = NULL WHERE channel = ${channel}`;
    if (before.brokenSince) await tellOther(tx, channel, "resolved", now);
  });
}

/** It failed in a way that may pass: everybody lets it rest. @returns until when */
export async function restChannel(
  channel: SharedChannel,
  retry: "backoff" | { afterSeconds: number },
  now: Date,
  random: number,
): Promise<Date> {
  return withShops([], async (tx) => {
    const [row] = await tx.$queryRaw<{ failures: number }[]>`
      UPDATE alert_channels SET failures_in_a_row = failures_in_a_row + 1 WHERE channel = ${channel} RETURNING failures_in_a_row AS failures`;
    const until = new Date(now.getTime() + restAfterFailure(row?.failures ?? 1, retry, random));
    await tx.$executeRaw`
      UPDATE alert_channels SET paused_until = greatest(paused_until, ${until}::timestamptz) WHERE channel = ${channel}`;
    return until;
  });
}

/** It takes nothing for good: the other channel hears of it, once until it works again. */
export async function noteChannelBroken(channel: Channel, now: Date): Promise<void> {
  if (!isShared(channel)) return;
  await withShops([], async (tx) => {
    const broken = await tx.$executeRaw`
      UPDATE alert_channels SET broken_since = ${now}::timestamptz WHERE channel = ${channel} AND broken_since IS NULL`;
    if (broken > 0) await tellOther(tx, channel, "opened", now);
  });
}

const tellOther = (
  tx: Parameters<typeof saveDeliveries>[0],
  channel: SharedChannel,
  event: "opened" | "resolved",
  now: Date,
) =>
  saveDeliveries(
    tx,
    [
      {
        subject: { kind: "broken_channel", channel },
        channel: other[channel],
        event,
        severity: "high",
        decision: { do: "send", reason: event },
      },
    ],
    now,
  );
