import type { AlertMessage } from "./alert-message.ts";
import { shorten } from "./shorten.ts";

/** The limits of Events API v2 (https://developer.pagerduty.com/docs/events-api-v2-overview). */
const SUMMARY_LIMIT = 1024;
/** An event may take 512 KB in all. */
const VALUE_LIMIT = 4000;
const severities = { warning: "warning", high: "error", critical: "critical" } as const;

const actions: Partial<Record<AlertMessage["event"], "resolve" | "acknowledge">> = {
  resolved: "resolve",
  acknowledged: "acknowledge",
};

/**
 * An alert as PagerDuty takes it. The end and an acknowledgement find their incident by its key; whatever else happens
 * to it triggers, which opens it, or adds to what is open. All say what they are about: PagerDuty reads it of triggers
 * only, people and logs between us and it read the others too.
 */
export function toPagerDutyEvent(message: AlertMessage) {
  const { dedupKey, shop, source, url } = message;
  return {
    event_action: actions[message.event] ?? ("trigger" as const),
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
