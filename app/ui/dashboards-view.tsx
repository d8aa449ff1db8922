import { BlockStack, Box, Link, Page, Text } from "@shopify/polaris";
import type { DashboardListEntry, DashboardsPage } from "../modules/dashboards/dashboard-page.ts";
import type { ShopView } from "../modules/health/pages.ts";
import { BetweenCards, CardGrid } from "./card-grid.tsx";
import { behindAmong, dashboardBadge } from "./dashboard-words.ts";
import styles from "./dashboards-view.module.css";
import { counted, formatAgo, formatDay, formatList, formatTime } from "./format.ts";
import { dashboardLabels } from "./health-words.ts";
import type { Kept } from "./keep-last-page.ts";
import { decideDashboardsNotice } from "./page-notice.ts";
import { PageNoticeBanner } from "./page-notice-banner.tsx";
import { StatusBadge } from "./status-badge.tsx";

/** The five dashboards, and whether each may be believed. */
export function DashboardsView({ page }: { page: Kept<DashboardsPage> }) {
  const { shop, now, dashboards, support, stale } = page;
  const states = dashboards.map(({ state }) => state);
  return (
    <Page
      title="Dashboards"
      subtitle={subtitleOf(page, shop)}
      backAction={{ content: "Sync Health", url: "/app" }}
    >
      <BlockStack gap="400">
        <PageNoticeBanner
          notice={decideDashboardsNotice(page)}
          block={{ blocked: states.some(({ blocked }) => blocked), dashboards: states, support }}
          view={shop}
          now={now}
        />
        <CardGrid>
          {dashboards.map((dashboard) => (
            <DashboardCard key={dashboard.key} dashboard={dashboard} view={shop} isStale={stale} />
          ))}
        </CardGrid>
        <BetweenCards>
          <Box paddingBlockEnd="800">
            <Text as="p" variant="bodySm" tone="subdued">
              Days are in the {shop.timeZone.replaceAll("_", " ")} time zone.
            </Text>
          </Box>
        </BetweenCards>
      </BlockStack>
    </Page>
  );
}

function DashboardCard({
  dashboard,
  view,
  isStale,
}: {
  dashboard: DashboardListEntry;
  view: ShopView;
  isStale: boolean;
}) {
  const title = dashboardLabels[dashboard.key];
  return (
    <article className={styles.card} aria-labelledby={`dashboard-${dashboard.key}`}>
      <header className={styles.header}>
        <Text as="h2" variant="headingSm" id={`dashboard-${dashboard.key}`}>
          {title}
        </Text>
        <StatusBadge badge={dashboardBadge(dashboard, isStale)} />
      </header>
      <Text as="p">{dashboard.about}</Text>
      <div className={styles.facts}>
        {factsOf(dashboard, view).map((fact) => (
          <Text as="p" key={fact} tone="subdued">
            {fact}
          </Text>
        ))}
      </div>
      <footer className={styles.footer}>
        <Link
          url={`/app/dashboards/${dashboard.key}`}
          accessibilityLabel={`Open dashboard ${title}`}
          removeUnderline
        >
          Open dashboard
        </Link>
      </footer>
    </article>
  );
}

function factsOf({ state, sources }: DashboardListEntry, view: ShopView): string[] {
  if (sources.length === 0) return ["None of its sources is connected."];
  const behind = behindAmong(sources).map(({ label }) => label);
  return [
    state.completeThrough
      ? `Complete through ${formatDay(state.completeThrough, view)}`
      : "No day is known to be whole",
    behind.length > 0 ? `Behind: ${formatList(behind)}` : `From ${counted(sources.length, "source")}`,
  ];
}

function subtitleOf({ now, checkedAt, refreshFailedAt }: Kept<DashboardsPage>, view: ShopView): string {
  if (refreshFailedAt)
    return `Could not refresh just now. Showing what we knew at ${formatTime(refreshFailedAt, view)}.`;
  return checkedAt ? `Checked ${formatAgo(checkedAt, now)}` : "Not checked yet";
}
