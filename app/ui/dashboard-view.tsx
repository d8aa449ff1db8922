import { BlockStack, Box, Card, InlineStack, Page, Text } from "@shopify/polaris";
import type { DashboardContent, DashboardPage } from "../modules/dashboards/dashboard-page.ts";
import type { ShopView } from "../modules/health/pages.ts";
import { SupportContact } from "./block-banner.tsx";
import { BreakdownTable } from "./breakdown-table.tsx";
import { BetweenCards } from "./card-grid.tsx";
import { DashboardNotice } from "./dashboard-notice.tsx";
import { DashboardSources } from "./dashboard-sources.tsx";
import styles from "./dashboard-view.module.css";
import { dashboardBadge } from "./dashboard-words.ts";
import { FigureChart } from "./figure-chart.tsx";
import { FigureTiles } from "./figure-tiles.tsx";
import { formatAgo, formatDay, formatList, formatTime } from "./format.ts";
import { dashboardLabels } from "./health-words.ts";
import type { Kept } from "./keep-last-page.ts";
import { PeriodChoice } from "./period-choice.tsx";
import { Section } from "./section.tsx";
import { StatusBadge } from "./status-badge.tsx";

/** One dashboard: its numbers, or why they are held back; and where they come from. */
export function DashboardView({ page }: { page: Kept<DashboardPage> }) {
  const { shop, now, state, content, sources, notConnected, stale } = page;
  return (
    <Page
      title={dashboardLabels[state.key]}
      titleMetadata={<StatusBadge badge={dashboardBadge(page, stale)} />}
      subtitle={subtitleOf(page, shop)}
      backAction={{ content: "Dashboards", url: "/app/dashboards" }}
    >
      <BlockStack gap="400">
        <DashboardNotice page={page} />
        <Content content={content} page={page} />
        {sources.length > 0 ? (
          <Section title="Sources">
            <DashboardSources
              sources={sources}
              notConnected={notConnected}
              view={shop}
              now={now}
              isStale={stale}
            />
          </Section>
        ) : null}
        <BetweenCards>
          <Box paddingBlockEnd="800">
            <Text as="p" variant="bodySm" tone="subdued">
              Days are in the {shop.timeZone.replaceAll("_", " ")} time zone, amounts in {shop.currency}.
            </Text>
          </Box>
        </BetweenCards>
      </BlockStack>
    </Page>
  );
}

function Content({ content, page }: { content: DashboardContent; page: DashboardPage }) {
  switch (content.kind) {
    case "not_connected":
      return (
        <Section title="Nothing to show yet">
          <Text as="p">
            {page.notConnected.length === 1
              ? `This dashboard is drawn from ${page.notConnected[0]}, which is not connected.`
              : `This dashboard is drawn from ${formatList(page.notConnected)}. None of them is connected.`}{" "}
            Our team connects your sources; the numbers show here after the first import.
          </Text>
          <SupportContact support={page.support} />
        </Section>
      );
    case "waiting":
      return (
        <Section title="The first numbers are on their way">
          <Text as="p">
            Your sources are connected and being imported. This takes from minutes to three days, depending on
            how much history there is. The numbers show here as soon as the first source is in.
          </Text>
        </Section>
      );
    case "held_back":
      return (
        <Section title="No numbers for now">
          <Text as="p">
            There is no day of which we know that it is whole and right, so none is shown. They come back by
            themselves once the problem above is solved.
          </Text>
        </Section>
      );
    case "figures":
      return <Figures content={content} page={page} />;
  }
}

function Figures({
  content: { isHistory, current, previous, days, totals, charts, breakdown },
  page: { shop, length },
}: {
  content: Extract<DashboardContent, { kind: "figures" }>;
  page: DashboardPage;
}) {
  const span = ({ from, to }: typeof current) => `${formatDay(from, shop)} – ${formatDay(to, shop)}`;
  return (
    <>
      <Section title={isHistory ? `History through ${formatDay(current.to, shop)}` : "Totals"}>
        <InlineStack gap="300" align="space-between" blockAlign="center">
          <Text as="p" tone="subdued">
            {span(current)}, compared with {span(previous)}.{" "}
            {isHistory ? "Later days are held back." : "Whole days only."}
          </Text>
          <PeriodChoice length={length} />
        </InlineStack>
        <FigureTiles figures={totals} length={length} view={shop} />
      </Section>
      <Section title="Day by day">
        <div className={styles.charts}>
          {charts.map((chart) => (
            <FigureChart key={chart.key} chart={chart} days={days} view={shop} />
          ))}
        </div>
      </Section>
      {breakdown ? (
        <Card>
          <BlockStack gap="400">
            <Text as="h2" variant="headingMd">
              {breakdown.title}
            </Text>
            <BreakdownTable breakdown={breakdown} view={shop} />
          </BlockStack>
        </Card>
      ) : null}
      {breakdown && breakdown.charts.length > 0 ? (
        <Section title={breakdown.chartsTitle}>
          <div className={styles.small}>
            {breakdown.charts.map((chart) => (
              <FigureChart key={chart.key} chart={chart} days={days} view={shop} isSmall />
            ))}
          </div>
        </Section>
      ) : null}
    </>
  );
}

function subtitleOf(page: Kept<DashboardPage>, view: ShopView): string {
  const { now, state, about, checkedAt, refreshFailedAt, sources } = page;
  if (refreshFailedAt)
    return `Could not refresh just now. Showing what we knew at ${formatTime(refreshFailedAt, view)}.`;
  if (sources.length === 0) return about;
  const complete = state.completeThrough
    ? `Complete through ${formatDay(state.completeThrough, view)}`
    : null;
  const checked = checkedAt ? `Checked ${formatAgo(checkedAt, now)}` : "Not checked yet";
  return [complete, checked].filter(Boolean).join(" · ");
}
