import { isSource, sources } from "../connectors/sources.ts";
import { describeMinutes } from "../incidents/incident-words.ts";
import type { Severity } from "../severity.ts";
import type { NoticeEvent } from "./routing.ts";
import { shorten } from "./shorten.ts";

/** In a summary, so that the shop and the source after it are never cut off. */
const TITLE_LIMIT = 300;

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

/** How a line begins that has to say how bad it is: "Now critical: Meta Ads is late". */
function openingOf(event: NoticeEvent, severity: Severity): string {
  switch (event) {
    case "opened":
      return severityNames[severity];
    case "escalated":
      return `Now ${severity}`;
    case "reopened":
      return `Came back, ${severity}`;
    case "snooze_ended":
      return `Still open after its snooze, ${severity}`;
    case "acknowledged":
    case "resolved":
      return eventNames[event];
  }
}

/** "Meta Ads (meta_ads)": people read the one, searches find the other. */
const nameSource = (source: string): string =>
  isSource(source) ? `${sources[source].label} (${source})` : source;

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

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
    summary: oneLine(
      `${openingOf(event, severity)}: ${[shorten(alert.title, TITLE_LIMIT), shop, ...(source ? [nameSource(source)] : [])].join(" · ")}. ${detail}`,
    ),
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
  const detail =
    event === "resolved"
      ? `It lasted ${describeMinutes(minutesBetween(alert.startedAt, alert.endedAt ?? alert.startedAt))} and is over. Shops where it still fails are told of one by one.`
      : `${alert.shopsAffected} shops are affected, so the cause is likely at ${label} or on our side. Each shop's own alerts about it wait until this is over.`;
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
    summary: `${openingOf(event, severity)}: ${title} · ${nameSource(source)}. ${detail}`,
    shop: null,
    source,
    check: "upstream_event",
    at: event === "resolved" && alert.endedAt ? alert.endedAt : alert.startedAt,
    url: null,
  };
}

const channelNames: Readonly<Record<string, string>> = { slack: "Slack", pagerduty: "PagerDuty" };
const channelVariables: Readonly<Record<string, string>> = {
  slack: "SLACK_DQ_WEBHOOK_URL",
  pagerduty: "PAGERDUTY_DQ_ROUTING_KEY",
};

/** What the one channel is told when the other takes nothing any more, or does again. */
export function tellBrokenChannel(alert: { event: NoticeEvent; channel: string; at: Date }): AlertMessage {
  const name = channelNames[alert.channel] ?? alert.channel;
  const isOver = alert.event === "resolved";
  const headline = isOver ? `Resolved: alerts reach ${name} again` : `Alerts do not reach ${name}`;
  const detail = isOver
    ? `${name} has accepted an alert again. What failed meanwhile is not sent again: look at the open incidents.`
    : `An alert could not be delivered to ${name} and is not tried again. Check that ${channelVariables[alert.channel] ?? "its variable"} is right and that its destination still exists; a changed variable needs a restart of the web processes and the workers.`;
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
