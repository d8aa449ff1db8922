import { BlockStack, InlineStack, Link, List, Page, Text } from "@shopify/polaris";
import type { ReactNode } from "react";
import { decideRefill } from "../modules/backfills/incident-refill.ts";
import type { IncidentDetailPage } from "../modules/health/pages.ts";
import { AcknowledgeButton } from "./acknowledge-button.tsx";
import { BackfillAction } from "./backfill-action.tsx";
import { CardPair } from "./card-grid.tsx";
import {
  dayInZone,
  type Formatting,
  formatAgo,
  formatDuration,
  formatInstant,
  formatList,
  formatTime,
} from "./format.ts";
import { dashboardLabels, incidentStatusBadge, severityBadge } from "./health-words.ts";
import { IncidentList } from "./incident-list.tsx";
import styles from "./incident-view.module.css";
import type { Kept } from "./keep-last-page.ts";
import { LiveAnnouncer } from "./live-announcer.tsx";
import { decideConnectorNotice } from "./page-notice.ts";
import { PageNoticeBanner } from "./page-notice-banner.tsx";
import { Section } from "./section.tsx";
import { SeriesCharts } from "./series-chart.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { SyncNowButton } from "./sync-now-button.tsx";
import { Timeline } from "./timeline.tsx";

/** One problem: what happened, what it touches, what to do, and its story. */
export function IncidentView({ page }: { page: Kept<IncidentDetailPage> }) {
  const { shop, now, incident, connector, sync, stale } = page;
  const isResolved = incident.status === "resolved";
  return (
    <Page
      title={incident.title}
      titleMetadata={
        <InlineStack gap="100">
          <StatusBadge badge={severityBadge(incident.severity)} />
          <StatusBadge badge={incidentStatusBadge(incident.status)} />
        </InlineStack>
      }
      subtitle={subtitleOf(page, shop)}
      backAction={{ content: "Sync Health", url: "/app" }}
    >
      <LiveAnnouncer
        stale={stale}
        connectors={connector ? [connector] : []}
        incidentIds={isResolved ? [] : [incident.id]}
      />
      <BlockStack gap="400">
        <PageNoticeBanner notice={decideConnectorNotice(page)} block={null} view={shop} now={now} />
        <CardPair>
          <Section title="What happened">
            <Text as="p">{incident.detail}</Text>
            <Facts page={page} />
          </Section>
          <Section title="What to do">
            <Advice page={page} />
            <Refill page={page} />
            {isResolved ? null : (
              <InlineStack gap="200" blockAlign="start">
                {connector && sync ? (
                  <SyncNowButton connectorId={connector.id} label={connector.label} sync={sync} />
                ) : null}
                <AcknowledgeButton incident={incident} />
              </InlineStack>
            )}
          </Section>
        </CardPair>
        {page.parts.length > 0 ? (
          <Section title="Sources affected">
            <IncidentList incidents={page.parts} view={shop} now={now} whenEmpty="" areParts />
          </Section>
        ) : null}
        <Evidence page={page} />
        <Section title="Timeline">
          <Timeline entries={page.timeline} view={shop} now={now} />
        </Section>
      </BlockStack>
    </Page>
  );
}

/** The source's own days, with those that the problem is about. */
function Evidence({ page: { evidence, shop } }: { page: IncidentDetailPage }) {
  if (!evidence) return null;
  const { charts, days } = evidence;
  const first = charts?.[0]?.points[0];
  const isOlder = first !== undefined && days.length > 0 && days.every((day) => day < first.day);
  return (
    <Section title="Expected and actual">
      <SeriesCharts charts={charts} view={shop} marked={days} />
      {isOlder ? (
        <Text as="p" tone="subdued">
          What this problem is about lies before the days shown here.
        </Text>
      ) : null}
    </Section>
  );
}

function Facts({ page: { incident, connector, now, shop } }: { page: IncidentDetailPage }) {
  const touched = incident.affectedDashboards.map((key) => dashboardLabels[key]);
  const facts: [string, ReactNode][] = [
    ["Since", `${formatInstant(incident.openedAt, now, shop)} (${formatAgo(incident.openedAt, now)})`],
    ...(incident.resolvedAt
      ? ([
          [
            "Over",
            `${formatInstant(incident.resolvedAt, now, shop)}, after ${formatDuration(incident.openedAt, incident.resolvedAt)}`,
          ],
        ] as [string, ReactNode][])
      : []),
    ...(touched.length > 0 ? ([["Affects", formatList(touched)]] as [string, ReactNode][]) : []),
    ...(incident.parent?.kind === "shop"
      ? ([
          [
            "Part of",
            <Link key="parent" url={`/app/incidents/${incident.parent.id}`}>
              A problem of several sources
            </Link>,
          ],
        ] as [string, ReactNode][])
      : []),
    ...(connector
      ? ([
          [
            "Source",
            <Link key="source" url={`/app/connectors/${connector.id}`}>
              {connector.label}
            </Link>,
          ],
        ] as [string, ReactNode][])
      : []),
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The steps that help now; what has passed, or is not the shop's to mend, says so. */
function Advice({ page: { incident, connector } }: { page: IncidentDetailPage }) {
  if (incident.status === "resolved")
    return <Text as="p">This is over. You do not need to do anything.</Text>;
  if (incident.parent?.kind === "upstream")
    return (
      <Text as="p">Many shops have this problem at the moment; yours did not cause it. Please wait.</Text>
    );
  const actions =
    connector?.recommendedActions.filter(({ code }) => code !== "sync_now" && code !== "run_backfill") ?? [];
  if (actions.length === 0)
    return <Text as="p">We are on it. It closes by itself as soon as the check passes again.</Text>;
  return (
    <List>
      {actions.map(({ code, label }) => (
        <List.Item key={code}>{label}</List.Item>
      ))}
    </List>
  );
}

/** Where days are missing: loading them again. */
function Refill({ page: { incident, connector, evidence, now, shop } }: { page: IncidentDetailPage }) {
  if (!connector) return null;
  const refill = decideRefill({
    incident,
    days: evidence?.days ?? [],
    completeThrough: connector.completeThrough,
    today: dayInZone(now, shop),
  });
  if (!refill) return null;
  return (
    <BackfillAction
      connector={connector}
      wanted={refill.range}
      look="primary"
      words={refill.range ? "Refill these days" : "Refill days"}
      view={shop}
    />
  );
}

function subtitleOf({ refreshFailedAt, checkedAt, now }: Kept<IncidentDetailPage>, view: Formatting): string {
  if (refreshFailedAt)
    return `Could not refresh just now. Showing what we knew at ${formatTime(refreshFailedAt, view)}.`;
  return checkedAt ? `Checked ${formatAgo(checkedAt, now)}` : "Not checked yet";
}
