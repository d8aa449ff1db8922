import { BlockStack, Link, Text } from "@shopify/polaris";
import type { DashboardSource } from "../modules/dashboards/dashboard-page.ts";
import type { ShopView } from "../modules/health/pages.ts";
import styles from "./dashboard-sources.module.css";
import { settlingInWords } from "./dashboard-words.ts";
import { formatAgo, formatDay, formatList } from "./format.ts";
import { statusBadge } from "./health-words.ts";
import { StatusBadge } from "./status-badge.tsx";

interface DashboardSourcesProps {
  sources: readonly DashboardSource[];
  notConnected: readonly string[];
  view: ShopView;
  now: string;
  isStale: boolean;
}

/** Where a dashboard's numbers come from, and how far each source reaches. */
export function DashboardSources({ sources, notConnected, view, now, isStale }: DashboardSourcesProps) {
  return (
    <BlockStack gap="300">
      <ul className={styles.list}>
        {sources.map((source) => (
          <li key={source.id} className={styles.source}>
            <span className={styles.name}>
              <Link url={`/app/connectors/${source.id}`} removeUnderline>
                {source.label}
              </Link>
            </span>
            <span className={styles.badge}>
              <StatusBadge badge={statusBadge(source.status, isStale)} />
            </span>
            <span className={styles.facts}>{factsOf(source, view, now).join(" · ")}</span>
          </li>
        ))}
      </ul>
      {notConnected.length > 0 ? (
        <Text as="p" tone="subdued">
          Not connected, and in none of these numbers: {formatList(notConnected)}.
        </Text>
      ) : null}
    </BlockStack>
  );
}

const factsOf = (source: DashboardSource, view: ShopView, now: string): string[] => [
  source.lastSyncedAt ? `Synced ${formatAgo(source.lastSyncedAt, now)}` : "Never synced",
  ...(source.completeThrough ? [`Complete through ${formatDay(source.completeThrough, view)}`] : []),
  settlingInWords(source),
];
