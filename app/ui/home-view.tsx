import { BlockStack, Box, Card, Page, Text } from "@shopify/polaris";
import { useState } from "react";
import type { Connector, ConnectorStatus } from "../modules/connectors/connector.ts";
import type { HomePage } from "../modules/health/pages.ts";
import { BetweenCards, CardGrid, CardPair } from "./card-grid.tsx";
import { ConnectorHealthCard } from "./connector-health-card.tsx";
import { type Formatting, formatAgo, formatTime } from "./format.ts";
import { GettingStarted } from "./getting-started.tsx";
import { HealthScore } from "./health-score.tsx";
import { IncidentList } from "./incident-list.tsx";
import type { Kept } from "./keep-last-page.ts";
import { LiveAnnouncer } from "./live-announcer.tsx";
import { NoticeCards } from "./notice-cards.tsx";
import { decidePageNotice } from "./page-notice.ts";
import { PageNoticeBanner } from "./page-notice-banner.tsx";
import { StatusCounts } from "./status-counts.tsx";

/** Sync Health: can the numbers be trusted now, and if not, what is wrong and what to do. */
export function HomeView({ page }: { page: Kept<HomePage> }) {
  const { shop, now, summary, block, incidents, strips, syncs } = page;
  const notice = decidePageNotice(page);
  const connectors = useWorstFirst(summary.connectors);
  const isFirstRun = connectors.every((connector) => connector.neverSynced);
  if (connectors.length === 0) {
    return (
      <Page title="Sync Health">
        <GettingStarted connectors={connectors} support={block.support} canDismiss={false} />
      </Page>
    );
  }
  return (
    <Page title="Sync Health" subtitle={subtitleOf(page, shop)}>
      <LiveAnnouncer
        stale={summary.stale}
        connectors={summary.connectors}
        incidentIds={incidents.map((incident) => incident.id)}
      />
      <BlockStack gap="400">
        <PageNoticeBanner notice={notice} block={block} view={shop} now={now} />
        {isFirstRun && !page.isGettingStartedDismissed ? (
          <GettingStarted connectors={connectors} support={block.support} canDismiss />
        ) : null}
        <CardPair>
          <Card>
            <HealthScore
              score={summary.score}
              status={summary.status}
              stale={summary.stale}
              deductions={summary.deductions}
              connectors={summary.connectors}
            />
          </Card>
          <Card>
            <StatusCounts counts={summary.counts} />
          </Card>
        </CardPair>
        <Card>
          <BlockStack gap="300">
            <Text as="h2" variant="headingMd">
              Needs attention
            </Text>
            <IncidentList
              incidents={incidents}
              view={shop}
              now={now}
              whenEmpty={
                summary.stale
                  ? "Nothing was open when we last checked."
                  : "Nothing needs your attention. Problems show here with what to do about them."
              }
            />
          </BlockStack>
        </Card>
        <NoticeCards notices={page.notices} view={shop} now={now} />
        <BlockStack gap="300">
          <BetweenCards>
            <Text as="h2" variant="headingMd">
              Sources
            </Text>
          </BetweenCards>
          <CardGrid>
            {connectors.map((connector) => (
              <ConnectorHealthCard
                key={connector.id}
                connector={connector}
                strip={strips[connector.id] ?? []}
                sync={syncs[connector.id] ?? null}
                failedBackfill={page.failedBackfills[connector.id]}
                view={shop}
                now={now}
                isStale={summary.stale}
              />
            ))}
          </CardGrid>
        </BlockStack>
        <BetweenCards>
          <Box paddingBlockEnd="800">
            <Text as="p" variant="bodySm" tone="subdued">
              Times and days are in the {shop.timeZone.replaceAll("_", " ")} time zone.
            </Text>
          </Box>
        </BetweenCards>
      </BlockStack>
    </Page>
  );
}

function subtitleOf({ now, summary, refreshFailedAt }: Kept<HomePage>, view: Formatting): string {
  if (refreshFailedAt)
    return `Could not refresh just now. Showing what we knew at ${formatTime(refreshFailedAt, view)}.`;
  if (!summary.checkedAt) return "Not checked yet";
  const checked = `Checked ${formatAgo(summary.checkedAt, now)}`;
  return summary.stale ? checked : `${checked}, next check at ${formatTime(summary.nextCheckAt, view)}`;
}

const worstFirst: readonly ConnectorStatus[] = [
  "error",
  "delayed",
  "unknown",
  "learning",
  "paused",
  "healthy",
];

/**
 * Worst first as the page opened. Later changes keep every card in its place, under the reader's finger;
 * new sources are added at the end.
 */
function useWorstFirst(connectors: readonly Connector[]): Connector[] {
  const [order] = useState(() =>
    [...connectors]
      .sort((a, b) => worstFirst.indexOf(a.status) - worstFirst.indexOf(b.status))
      .map((connector) => connector.id),
  );
  const place = ({ id }: Connector) => (order.includes(id) ? order.indexOf(id) : order.length);
  return [...connectors].sort((a, b) => place(a) - place(b));
}
