import { isSource, sources } from "../connectors/sources.ts";
import { describeMinutes } from "../incidents/incident-words.ts";
import type { Severity } from "../severity.ts";
import type { NoticeEvent } from "./routing.ts";

/** What is told, whatever the channel: plain text, no channel's markup. */
export interface AlertMessage {
  event: NoticeEvent | "test";
  severity: Severity;
  /** Constant over the life of what it is about. */
  dedupKey: string;
  /** "Resolved: Meta Ads is late" */
  headline: string;
  detail: string;
  /** Shop, source, check and the like, in the order in which they are read. */
  facts: { label: string; value: string }[];
  /** One line for notifications: severity, shop, source, and what happened. */
  summary: string;
  shop: string | null;
  source: string | null;
  check: string;
  at: Date;
  /** Where to look; null: nowhere in particular. */
  url: string | null;
}

export interface IncidentAlert {
  event: NoticeEvent;
  severity: Severity;
  incidentId: string;
  shop: string;
  /** Null: of several sources together; `title` names them. */
  source: string | null;
  check: string;
  title: string;
  detail: string;
  openedAt: Date;
  resolvedAt: Date | null;
  url: string | null;
}

export const severityNames: Readonly<Record<Severity, string>> = {
  warning: "Warning",
  high: "High",
  critical: "Critical",
};

const eventNames: Readonly<Record<NoticeEvent, string>> = {
  opened: "",
  escalated: "Got worse",
  reopened: "Came back",
  snooze_ended: "Still open after its snooze",
  acknowledged: "Acknowledged",
  resolved: "Resolved",
};

/** "Meta Ads (meta_ads)": people read the one, searches find the other. */
const nameSource = (source: string): string =>
  isSource(source) ? `${sources[source].label} (${source})` : source;

const minutesBetween = (from: Date, to: Date) =>
  Math.max(1, Math.floor((to.getTime() - from.getTime()) / 60_000));

/** What is told of one incident of one shop. */
export function tellIncidentAlert(alert: IncidentAlert): AlertMessage {
  const { event, severity, shop, source, check } = alert;
  const headline = [eventNames[event], alert.title].filter(Boolean).join(": ");
  const detail =
    event === "resolved"
      ? `It lasted ${describeMinutes(minutesBetween(alert.openedAt, alert.resolvedAt ?? alert.openedAt))} and is over.`
      : alert.detail;
  return {
    event,
    severity,
    dedupKey: alert.incidentId,
    headline,
    detail,
    facts: [
      { label: "Shop", value: shop },
      ...(source ? [{ label: "Source", value: nameSource(source) }] : []),
      { label: "Severity", value: severityNames[severity] },
      { label: "Check", value: check },
    ],
    summary: `${event === "resolved" ? "" : `${severityNames[severity]}: `}${headline} · ${shop}${source ? ` · ${nameSource(source)}` : ""}. ${detail}`,
    shop,
    source,
    check,
    at: event === "resolved" && alert.resolvedAt ? alert.resolvedAt : alert.openedAt,
    url: alert.url,
  };
}

/** What is told of a source that fails for many shops at once: it names no shop. */
export function tellUpstreamAlert(alert: {
  event: NoticeEvent;
  severity: Severity;
  upstreamEventId: string;
  source: string;
  shopsAffected: number;
  startedAt: Date;
  endedAt: Date | null;
}): AlertMessage {
  const { event, severity, source } = alert;
  const label = isSource(source) ? sources[source].label : source;
  const title = `${label} is failing for many shops`;
  const headline = [eventNames[event], title].filter(Boolean).join(": ");
  const detail = alert.endedAt
    ? `It lasted ${describeMinutes(minutesBetween(alert.startedAt, alert.endedAt))} and is over.`
    : `${alert.shopsAffected} shops are affected, so the cause is likely at ${label} or on our side. Their own alerts about it are held.`;
  return {
    event,
    severity,
    dedupKey: alert.upstreamEventId,
    headline,
    detail,
    facts: [
      { label: "Source", value: nameSource(source) },
      { label: "Severity", value: severityNames[severity] },
      { label: "Shops affected", value: String(alert.shopsAffected) },
    ],
    summary: `${event === "resolved" ? "" : `${severityNames[severity]}: `}${headline} · ${nameSource(source)}. ${detail}`,
    shop: null,
    source,
    check: "upstream_event",
    at: alert.endedAt ?? alert.startedAt,
    url: null,
  };
}

const channelNames: Readonly<Record<string, string>> = { slack: "Slack", pagerduty: "PagerDuty" };

/** What the one channel is told when the other takes nothing any more, or does again. */
export function tellBrokenChannel(alert: { event: NoticeEvent; channel: string; at: Date }): AlertMessage {
  const name = channelNames[alert.channel] ?? alert.channel;
  const isOver = alert.event === "resolved";
  const headline = isOver ? `Resolved: alerts reach ${name} again` : `Alerts do not reach ${name}`;
  const detail = isOver
    ? "The last one was accepted."
    : `${name} refused an alert for good. Check its address or key and whether the channel still exists, then restart the worker.`;
  return {
    event: alert.event,
    severity: "high",
    dedupKey: `channel:${alert.channel}`,
    headline,
    detail,
    facts: [{ label: "Channel", value: name }],
    summary: `${headline}. ${detail}`,
    shop: null,
    source: null,
    check: "alert_channel",
    at: alert.at,
    url: null,
  };
}

/** Shows that a channel works. Nobody has to do anything about it. */
export function tellTest(deliveryId: string, at: Date): AlertMessage {
  const headline = "Test alert from Sync Health";
  const detail = "Alerts reach this channel. You do not need to do anything.";
  return {
    event: "test",
    severity: "high",
    dedupKey: `test:${deliveryId}`,
    headline,
    detail,
    facts: [],
    summary: `${headline}. ${detail}`,
    shop: null,
    source: null,
    check: "test",
    at,
    url: null,
  };
}
