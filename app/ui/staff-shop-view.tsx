import { Link } from "@remix-run/react";
import { Badge, Banner, BlockStack, Card, InlineStack, Page } from "@shopify/polaris";
import { type ShopHead, type ShopPage, type ShopTab, shopTabs } from "../modules/staff/shop-page.ts";
import { formatAgo } from "./format.ts";
import { Section } from "./section.tsx";
import { StaffActions } from "./staff-action-dialog.tsx";
import { StaffIncidentsTable } from "./staff-incidents-table.tsx";
import { StaffDeliveries, StaffJobs, StaffShopAudit } from "./staff-shop-activity.tsx";
import { StaffBackfills, StaffChecks, StaffRuns } from "./staff-shop-history.tsx";
import { StaffShopOverview } from "./staff-shop-overview.tsx";
import styles from "./staff-shop-view.module.css";
import { shopBadge, shopName } from "./staff-words.ts";
import { StatusBadge } from "./status-badge.tsx";

/** One shop: what is wrong and why, everything that is known of it, and what can be done. */
export function StaffShopView({ page }: { page: ShopPage }) {
  const { head, now, content } = page;
  return (
    <Page
      title={shopName(head.domain)}
      titleMetadata={
        <InlineStack gap="100">
          <StatusBadge badge={shopBadge(head.status, head.stale)} />
          {head.blocked ? <Badge tone="critical">Blocked</Badge> : null}
        </InlineStack>
      }
      subtitle={head.domain}
      backAction={{ content: "Shops", url: "/staff" }}
      secondaryActions={[{ content: "Setup", url: `/staff/shops/${head.domain}/setup` }]}
      fullWidth
    >
      <BlockStack gap="400">
        <Troubles head={head} now={now} />
        <Card>
          <Head head={head} now={now} />
        </Card>
        <nav aria-label="Of this shop" className={styles.tabs}>
          {shopTabs.map((tab) => (
            <Link
              key={tab}
              to={
                tab === "overview" ? `/staff/shops/${head.domain}` : `/staff/shops/${head.domain}?tab=${tab}`
              }
              className={styles.tab}
              preventScrollReset
              aria-current={tab === content.tab ? "page" : undefined}
            >
              {tabLabels[tab]}
            </Link>
          ))}
        </nav>
        <StaffActions shop={head.domain}>
          <TabContent page={page} />
        </StaffActions>
      </BlockStack>
    </Page>
  );
}

const tabLabels: Record<ShopTab, string> = {
  overview: "Overview",
  incidents: "Incidents",
  runs: "Syncs",
  checks: "Checks",
  backfills: "Backfills",
  alerts: "Alerts",
  jobs: "Jobs",
  audit: "Audit",
};

/** What makes everything below less certain. */
function Troubles({ head, now }: { head: ShopHead; now: string }) {
  const told = [
    ...(head.uninstalledAt
      ? [`This shop removed the app ${formatAgo(head.uninstalledAt, now)}: nothing checks it.`]
      : []),
    ...(head.stale && !head.uninstalledAt
      ? [
          head.checkedAt
            ? `The checks are late: not checked since ${formatAgo(head.checkedAt, now)}. What is shown may be old.`
            : "This shop was never checked.",
        ]
      : []),
    ...(head.workspace?.unreachableSince
      ? [
          `Airbyte does not answer for this shop since ${formatAgo(head.workspace.unreachableSince, now)}${head.workspace.reason ? ` (${head.workspace.reason})` : ""}.`,
        ]
      : []),
  ];
  if (told.length === 0) return null;
  return (
    <Banner tone="warning">
      {told.map((words) => (
        <p key={words}>{words}</p>
      ))}
    </Banner>
  );
}

function Head({ head, now }: { head: ShopHead; now: string }) {
  const facts = [
    ["Score", head.score === null ? "—" : String(head.score)],
    ["Open incidents", String(head.openIncidents)],
    ["Checked", head.checkedAt ? formatAgo(head.checkedAt, now) : "Never"],
    ["Time zone", head.timeZone.replaceAll("_", " ")],
    ["Currency", head.currency],
    [
      "Airbyte",
      head.workspace === null
        ? "No workspace"
        : head.workspace.unreachableSince
          ? "Not reachable"
          : head.workspace.lastPolledAt
            ? `Asked ${formatAgo(head.workspace.lastPolledAt, now)}`
            : "Not asked yet",
    ],
  ];
  return (
    <dl className={styles.head}>
      {facts.map(([term, fact]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{fact}</dd>
        </div>
      ))}
    </dl>
  );
}

function TabContent({ page: { head, now, content } }: { page: ShopPage }) {
  switch (content.tab) {
    case "overview":
      return <StaffShopOverview head={head} overview={content} now={now} />;
    case "incidents":
      return (
        <Section title="Incidents">
          <StaffIncidentsTable
            head={head}
            incidents={content.incidents}
            now={now}
            whenEmpty="There was never an incident."
          />
        </Section>
      );
    case "runs":
      return (
        <Section title="Recent syncs">
          <StaffRuns head={head} runs={content.runs} onlyFailed={content.onlyFailed} />
        </Section>
      );
    case "checks":
      return (
        <Section title="Checks">
          <StaffChecks head={head} checks={content.checks} now={now} />
        </Section>
      );
    case "backfills":
      return (
        <Section title="Backfills">
          <StaffBackfills backfills={content.backfills} now={now} />
        </Section>
      );
    case "alerts":
      return (
        <Section title="Alerts">
          <StaffDeliveries head={head} deliveries={content.deliveries} />
        </Section>
      );
    case "jobs":
      return (
        <Section title="Jobs of the queue">
          <StaffJobs jobs={content.jobs} />
        </Section>
      );
    case "audit":
      return (
        <Section title="Audit">
          <StaffShopAudit head={head} rows={content.rows} />
        </Section>
      );
  }
}
