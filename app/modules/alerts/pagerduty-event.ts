import type { AlertMessage } from "./alert-message.ts";
import { shorten } from "./shorten.ts";

/** The limits of Events API v2 (https://developer.pagerduty.com/docs/events-api-v2-overview). */
const SUMMARY_LIMIT = 1024;
/** An event may take 512 KB in all. */
const VALUE_LIMIT = 4000;
const severities = { warning: "warning", high: "error", critical: "critical" } as const;

/**
 * An alert as PagerDuty takes it. The end and an acknowledgement find their incident by its key; whatever else happens
 * to it triggers, which opens it, or adds to what is open.
 */
export function toPagerDutyEvent(message: AlertMessage) {
  const { dedupKey, shop, source, url } = message;
  if (message.event === "resolved") return { event_action: "resolve", dedup_key: dedupKey } as const;
  if (message.event === "acknowledged") return { event_action: "acknowledge", dedup_key: dedupKey } as const;
  return {
    event_action: "trigger" as const,
    dedup_key: dedupKey,
    payload: {
      summary: shorten(message.summary, SUMMARY_LIMIT),
      source: [shop ?? "sync-health", source].filter(Boolean).join("/"),
      severity: severities[message.severity],
      timestamp: message.at.toISOString(),
      ...(source ? { component: source } : {}),
      ...(shop ? { group: shop } : {}),
      class: message.check,
      custom_details: Object.fromEntries(
        [...message.facts, { label: "Detail", value: message.detail }].map(({ label, value }) => [
          label.toLowerCase(),
          shorten(value, VALUE_LIMIT),
        ]),
      ),
    },
    client: "Sync Health",
    ...(url ? { client_url: url, links: [{ href: url, text: "Open incident" }] } : {}),
  };
}
