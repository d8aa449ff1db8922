import { Badge } from "@shopify/polaris";
import type { BadgeWords } from "./health-words.ts";

/** A Polaris badge of one of our tones; a neutral one has none. */
export function StatusBadge({ badge: { tone, label } }: { badge: BadgeWords }) {
  return tone === "neutral" ? <Badge>{label}</Badge> : <Badge tone={tone}>{label}</Badge>;
}
