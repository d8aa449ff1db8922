import type { AlertMessage } from "./alert-message.ts";

const SUMMARY_LIMIT = 1024;
const severities = { warning: "warning", high: "error", critical: "critical" } as const;

/**
 * An alert as PagerDuty takes it. The end and an acknowledgement find their incident by its key; whatever else happens
 * to it triggers, which opens it, or adds to what is open.
 */
export function toPagerDutyEvent(message: AlertMessage) {
  if (message.event === "resolved") return { event_action: "resolve", dedup_key: message.dedupKey } as const;
  if (message.event === "acknowledged")
    return { event_action: "acknowledge", dedup_key: message.dedupKey } as const;
  return {
    event_action: "trigger" as const,
    dedup_key: message.dedupKey,
    payload: {
      summary:
        message.summary.length > SUMMARY_LIMIT
          ? `${message.summary.slice(0, SUMMARY_LIMIT - 1)}…`
          : message.summary,
      source: [message.shop ?? "sync-health", message.source].filter(Boolean).join("/"),
      severity: severities[message.severity],
      timestamp: message.at.toISOString(),
      ...(message.source ? { component: message.source } : {}),
      ...(message.shop ? { group: message.shop } : {}),
      class: message.check,
      custom_details: {
        ...Object.fromEntries(message.facts.map(({ label, value }) => [label.toLowerCase(), value])),
        detail: message.detail,
      },
    },
    client: "Sync Health",
    ...(message.url
      ? { client_url: message.url, links: [{ href: message.url, text: "Open incident" }] }
      : {}),
  };
}
