import { BlockStack, Box, InlineGrid, InlineStack, List, Page, Text } from "@shopify/polaris";
import type { ConnectorPage } from "../modules/health/pages.ts";
import { BackfillAction, canRefill } from "./backfill-action.tsx";
import { BetweenCards, CardPair } from "./card-grid.tsx";
import { ChecksList } from "./checks-list.tsx";
import { type Formatting, formatAgo, formatCount, formatDay, formatInstant, formatTime } from "./format.ts";
import { statusBadge } from "./health-words.ts";
import { HistoryCalendar } from "./history-calendar.tsx";
import { IncidentList } from "./incident-list.tsx";
import type { Kept } from "./keep-last-page.ts";
import { LiveAnnouncer } from "./live-announcer.tsx";
import { decideConnectorNotice, type PageNotice } from "./page-notice.ts";
import { PageNoticeBanner } from "./page-notice-banner.tsx";
import { RunsTable } from "./runs-table.tsx";
import { Section } from "./section.tsx";
import { SeriesCharts } from "./series-chart.tsx";
import { SlaBar } from "./sla-bar.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { SyncNowButton } from "./sync-now-button.tsx";

/** One source: how fresh, what is wrong, what ran, how the last 90 days went. */
export function ConnectorView({ page }: { page: Kept<ConnectorPage> }) {
  const { shop, now, connector, stale } = page;
  const notice: PageNotice = decideConnectorNotice(page);
  // The buttons below say it.
  const advice = connector.recommendedActions.filter(
    ({ code }) => code !== "sync_now" && code !== "run_backfill",
  );
  const past = connector.incidents.filter((incident) => incident.status === "resolved");
  const open = connector.incidents.filter((incident) => incident.status !== "resolved");
  return (
    <Page
      title={connector.label}
      titleMetadata={<StatusBadge badge={statusBadge(connector.status, stale)} />}
      subtitle={subtitleOf(page, shop)}
      backAction={{ content: "Sync Health", url: "/app" }}
    >
      <LiveAnnouncer
        stale={stale}
        connectors={[connector]}
        incidentIds={open.map((incident) => incident.id)}
      />
      <BlockStack gap="400">
        <PageNoticeBanner notice={notice} block={null} view={shop} now={now} />
        <CardPair>
          <Section title="Freshness">
            <SlaBar
              sla={connector.sla}
              minutesSinceSync={connector.minutesSinceSync}
              neverSynced={connector.neverSynced}
              label={connector.label}
              isStale={stale}
            />
            <Facts page={page} />
          </Section>
          <Section title="What to do">
            <Text as="p">{connector.message}</Text>
            {advice.length > 0 ? (
              <List>
                {advice.map(({ code, label }) => (
                  <List.Item key={code}>{label}</List.Item>
                ))}
              </List>
            ) : connector.recommendedActions.length > 0 ? null : (
              <Text as="p" tone="subdued">
                Nothing to do at the moment.
              </Text>
            )}
            <InlineStack gap="200" blockAlign="start">
              <SyncNowButton connectorId={connector.id} label={connector.label} sync={page.sync} />
              {/* Progress takes a line of its own. */}
              <div style={connector.activeBackfill ? { flex: "1 0 100%" } : undefined}>
                <BackfillAction connector={connector} view={shop} />
              </div>
            </InlineStack>
          </Section>
        </CardPair>
        <Section title="Needs attention">
          <IncidentList
            incidents={open}
            view={shop}
            now={now}
            whenEmpty={
              stale ? "Nothing was open when we last checked." : "No open incidents for this source."
            }
          />
        </Section>
        <Section title="Expected and actual">
          <SeriesCharts charts={page.charts} view={shop} />
        </Section>
        <Section title="Last 90 days">
          <HistoryCalendar
            days={connector.history}
            notes={page.dayNotes}
            view={shop}
            isStale={stale}
            connector={connector}
            canRefill={canRefill(connector)}
          />
        </Section>
        <Section title="Checks">
          <ChecksList checks={connector.checks} view={shop} now={now} isStale={stale} />
        </Section>
        {past.length > 0 ? (
          <Section title="Past problems">
            <IncidentList incidents={past} view={shop} now={now} whenEmpty="" />
          </Section>
        ) : null}
        <Section title="Recent syncs">
          <RunsTable runs={connector.runs} view={shop} now={now} />
        </Section>
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

function Facts({ page: { connector, shop, now } }: { page: ConnectorPage }) {
  const facts = [
    ["Last sync", connector.lastSyncedAt ? formatInstant(connector.lastSyncedAt, now, shop) : "Never"],
    [
      "Rows in that sync",
      connector.rowsSynced === null ? "Not reported" : formatCount(connector.rowsSynced, shop),
    ],
    [
      "Complete through",
      connector.completeThrough ? formatDay(connector.completeThrough, shop) : "Not known yet",
    ],
  ] as const;
  return (
    <InlineGrid columns={{ xs: 1, sm: 3 }} gap="300">
      {facts.map(([term, fact]) => (
        <div key={term}>
          <Text as="p" variant="bodySm" tone="subdued">
            {term}
          </Text>
          <Text as="p" fontWeight="semibold">
            {fact}
          </Text>
        </div>
      ))}
    </InlineGrid>
  );
}

function subtitleOf({ now, checkedAt, refreshFailedAt }: Kept<ConnectorPage>, view: Formatting): string {
  if (refreshFailedAt)
    return `Could not refresh just now. Showing what we knew at ${formatTime(refreshFailedAt, view)}.`;
  return checkedAt ? `Checked ${formatAgo(checkedAt, now)}` : "Not checked yet";
}
