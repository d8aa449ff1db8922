import { isSource, sources } from "../modules/connectors/sources.ts";
import type { Summary } from "../modules/health/summary.ts";
import type { BadgeWords } from "./health-words.ts";

const shopBadges: Record<Summary["status"], BadgeWords> = {
  critical: { tone: "critical", label: "Critical" },
  degraded: { tone: "warning", label: "Degraded" },
  unknown: { tone: "neutral", label: "Unknown" },
  healthy: { tone: "success", label: "Healthy" },
};

/** A shop's status in one word; what nobody has checked is not called anything. */
export const shopBadge = (status: Summary["status"], isStale: boolean): BadgeWords =>
  isStale && status === "healthy" ? shopBadges.unknown : shopBadges[status];

export const sourceLabel = (source: string): string => (isSource(source) ? sources[source].label : source);

/** `meta_ads_gone` → "meta ads gone": a stored code, to be read. */
export const inWords = (code: string): string => code.replaceAll(/[._]/g, " ");

/** `needs_operator` → "Needs operator": a stored code that stands alone. */
export const asLabel = (code: string): string => inWords(code.charAt(0).toUpperCase() + code.slice(1));

const channelNames: Record<string, string> = {
  slack: "Slack",
  pagerduty: "PagerDuty",
  flow: "Shopify Flow",
};
export const channelName = (channel: string): string => channelNames[channel] ?? asLabel(channel);

/** "harbor-and-pine": what tells shops apart. */
export const shopName = (domain: string): string => domain.replace(/\.myshopify\.com$/, "");

/** How long from now, in one unit: "in 3 hours". */
export function formatAhead(instant: string, now: string): string {
  const minutes = Math.max(1, Math.round((Date.parse(instant) - Date.parse(now)) / 60_000));
  if (minutes < 90) return `in ${minutes} minute${minutes === 1 ? "" : "s"}`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `in ${hours} hours` : `in ${Math.round(hours / 24)} days`;
}
