import { type Env, env } from "#app/platform/env.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { Severity } from "../severity.ts";
import {
  type LastTold,
  loadNoticeFacts,
  type NewDelivery,
  type NoticeFacts,
  saveDeliveries,
} from "./deliveries.store.server.ts";
import {
  type Channel,
  channels,
  type DeliveryDecision,
  decideDelivery,
  type NoticeEvent,
} from "./routing.ts";

/** A change of an incident's state, stored in this transaction. */
export interface IncidentNotice {
  shopId: string;
  incidentId: string;
  event: NoticeEvent;
  /** At this change; the worst it has been, at its end. */
  severity: Severity;
}

const isTold = (last: LastTold | undefined): boolean => last !== undefined && last.event !== "resolved";

/** Whether a channel is configured, and how long something that flaps is quiet there. */
function settingsOf(
  channel: Channel,
  {
    SLACK_DQ_WEBHOOK_URL,
    SLACK_DQ_COOLDOWN_MINUTES,
    PAGERDUTY_DQ_ROUTING_KEY,
    PAGERDUTY_DQ_COOLDOWN_MINUTES,
  }: Env,
  hasSession: boolean,
): { isOn: boolean; cooldownMinutes: number } {
  switch (channel) {
    case "slack":
      return { isOn: SLACK_DQ_WEBHOOK_URL !== undefined, cooldownMinutes: SLACK_DQ_COOLDOWN_MINUTES };
    case "pagerduty":
      return { isOn: PAGERDUTY_DQ_ROUTING_KEY !== undefined, cooldownMinutes: PAGERDUTY_DQ_COOLDOWN_MINUTES };
    case "flow":
      return { isOn: hasSession, cooldownMinutes: SLACK_DQ_COOLDOWN_MINUTES };
  }
}

/** Whether one channel is told of one change of one incident, now, later or never. */
export function decideFor(
  facts: NoticeFacts,
  { channel, event, severity }: { channel: Channel; event: NoticeEvent; severity: Severity },
  now: Date,
): DeliveryDecision {
  return decideDelivery(
    {
      channel,
      event,
      check: facts.check,
      severity,
      ...settingsOf(channel, env(), facts.hasSession),
      isTold: isTold(facts.told[channel]),
      lastToldAt: facts.told[channel]?.at ?? null,
      lastToldSeverity: facts.told[channel]?.severity ?? null,
      snoozedUntil: facts.snoozedUntil,
      maintenanceUntil: facts.maintenanceUntil,
      isStaffAcknowledged: facts.isStaffAcknowledged,
      parents: [
        ...(facts.hasUpstreamEvent ? (["upstream"] as const) : []),
        ...(facts.hasShopEvent ? (["shop"] as const) : []),
      ],
    },
    now,
  );
}

/**
 * Decides for each change and channel who is told, and stores it with its reason, in the transaction that made the
 * change. Three statements for any number.
 */
export async function announceIncidents(
  tx: ShopTx,
  notices: readonly IncidentNotice[],
  now: Date,
): Promise<void> {
  if (notices.length === 0) return;
  const facts = await loadNoticeFacts(
    tx,
    notices.map(({ incidentId }) => incidentId),
    now,
  );
  const deliveries = notices.flatMap(({ shopId, incidentId, event, severity }): NewDelivery[] => {
    const known = facts.get(incidentId);
    if (!known) return [];
    return channels.map((channel) => ({
      subject: { kind: "incident", shopId, id: incidentId },
      channel,
      event,
      severity,
      decision: decideFor(known, { channel, event, severity }, now),
    }));
  });
  await saveDeliveries(
    tx,
    deliveries.filter(({ decision }) => decision.reason !== "not_for_channel"),
    now,
  );
}

/**
 * Sends a test message through one channel, as every other notice goes: support sees in its delivery what came of it.
 * The transaction has to be bound to no shop.
 */
export const sendTestAlert = (tx: ShopTx, channel: "slack" | "pagerduty", now: Date): Promise<void> =>
  saveDeliveries(
    tx,
    [
      {
        subject: { kind: "test" },
        channel,
        event: "test",
        severity: "high",
        decision: { do: "send", reason: "test" },
      },
    ],
    now,
  );

/** The same for a source that fails for many shops. The transaction has to be bound to no shop. */
export async function announceUpstreamEvents(
  tx: ShopTx,
  notices: readonly { upstreamEventId: string; event: NoticeEvent; severity: Severity }[],
  now: Date,
): Promise<void> {
  const told = await tx.$queryRaw<{ upstreamEventId: string; channel: Channel; event: NoticeEvent }[]>`
    SELECT DISTINCT ON (d.upstream_event_id, d.channel) d.upstream_event_id AS "upstreamEventId", d.channel, d.event FROM alert_deliveries d
    WHERE d.upstream_event_id = ANY (${notices.map((notice) => notice.upstreamEventId)}::uuid[])
      AND d.state IN ('queued', 'sending', 'sent') ORDER BY d.upstream_event_id, d.channel, d.position DESC`;
  await saveDeliveries(
    tx,
    notices.flatMap(({ upstreamEventId, event, severity }) =>
      (["slack", "pagerduty"] as const).map((channel): NewDelivery => {
        const last = told.find((one) => one.upstreamEventId === upstreamEventId && one.channel === channel);
        const decision = decideDelivery(
          {
            channel,
            event,
            check: "upstream_event",
            severity,
            ...settingsOf(channel, env(), false),
            isTold: last !== undefined && last.event !== "resolved",
            lastToldAt: null,
            lastToldSeverity: null,
            snoozedUntil: null,
            maintenanceUntil: null,
            isStaffAcknowledged: false,
            parents: [],
          },
          now,
        );
        return {
          subject: { kind: "upstream_event", id: upstreamEventId },
          channel,
          event,
          severity,
          decision,
        };
      }),
    ),
    now,
  );
}
