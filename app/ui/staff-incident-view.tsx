import { Link } from "@remix-run/react";
import { Badge, BlockStack, InlineStack, Page, Text } from "@shopify/polaris";
import type { StaffIncident, StaffIncidentPage, StaffTimelineEntry } from "../modules/staff/shop-page.ts";
import { formatAgo, formatList } from "./format.ts";
import { dashboardLabels, severityBadge } from "./health-words.ts";
import { Section } from "./section.tsx";
import { StaffActions, useAsk } from "./staff-action-dialog.tsx";
import { askAcknowledge, askResolve, askSnooze } from "./staff-actions.ts";
import { IncidentState } from "./staff-incidents-table.tsx";
import { StaffDeliveries } from "./staff-shop-activity.tsx";
import headStyles from "./staff-shop-view.module.css";
import { UtcTime } from "./staff-table.tsx";
import { inWords, shopName, sourceLabel } from "./staff-words.ts";
import { StatusBadge } from "./status-badge.tsx";
import timelineStyles from "./timeline.module.css";

/** One incident for staff: what it says, its story with names, who was told, and what can be done. */
export function StaffIncidentView({ page }: { page: StaffIncidentPage }) {
  return (
    <StaffActions shop={page.head.domain}>
      <Incident page={page} />
    </StaffActions>
  );
}

function Incident({ page: { head, now, incident, timeline, deliveries } }: { page: StaffIncidentPage }) {
  return (
    <Page
      title={incident.title}
      titleMetadata={<StatusBadge badge={severityBadge(incident.severity)} />}
      subtitle={head.domain}
      backAction={{ content: shopName(head.domain), url: `/staff/shops/${head.domain}` }}
      secondaryActions={useActions(incident)}
      fullWidth
    >
      <BlockStack gap="400">
        <Section title="What happened">
          <Text as="p">{incident.detail}</Text>
          <Facts incident={incident} now={now} />
        </Section>
        <Section title="Timeline">
          <StaffTimeline entries={timeline} />
        </Section>
        <Section title="Who was told">
          <StaffDeliveries head={head} deliveries={deliveries} />
        </Section>
      </BlockStack>
    </Page>
  );
}

function useActions(incident: StaffIncident) {
  const ask = useAsk();
  if (incident.status === "resolved") return [];
  return [
    ...(incident.isStaffAcknowledged
      ? []
      : [{ content: "Acknowledge", onAction: () => ask(askAcknowledge(incident)) }]),
    { content: "Snooze", onAction: () => ask(askSnooze(incident)) },
    { content: "Resolve", onAction: () => ask(askResolve(incident)) },
  ];
}

function Facts({ incident, now }: { incident: StaffIncident; now: string }) {
  return (
    <dl className={headStyles.head}>
      <div>
        <dt>State</dt>
        <dd>
          <IncidentState incident={incident} now={now} />
        </dd>
      </div>
      <div>
        <dt>Source</dt>
        <dd>{incident.source ? sourceLabel(incident.source) : "Several sources"}</dd>
      </div>
      <div>
        <dt>Check</dt>
        <dd>{inWords(incident.check)}</dd>
      </div>
      <div>
        <dt>Opened</dt>
        <dd>{formatAgo(incident.openedAt, now)}</dd>
      </div>
      <div>
        <dt>Touches</dt>
        <dd>{formatList(incident.affectedDashboards.map((key) => dashboardLabels[key]))}</dd>
      </div>
      {incident.parent?.kind === "upstream" ? (
        <div>
          <dt>Part of</dt>
          <dd>
            <Link to="/staff/upstream">An upstream problem</Link>
          </dd>
        </div>
      ) : null}
    </dl>
  );
}

function StaffTimeline({ entries }: { entries: readonly StaffTimelineEntry[] }) {
  return (
    <ol className={timelineStyles.timeline}>
      {entries.map((entry) => (
        <li key={entry.id} className={timelineStyles.entry} data-kind={entry.kind}>
          <InlineStack gap="200" blockAlign="center">
            <Text as="h3" variant="headingSm">
              {inWords(entry.kind).replace(/^./, (first) => first.toUpperCase())}
            </Text>
            {entry.severity ? <StatusBadge badge={severityBadge(entry.severity)} /> : null}
            {entry.role === "system" ? null : <Badge>{entry.role}</Badge>}
          </InlineStack>
          <Text as="p" variant="bodySm" tone="subdued">
            <UtcTime at={entry.at} /> UTC{entry.role === "system" ? "" : `, ${entry.actor}`}
          </Text>
          {entry.note ? <Text as="p">{entry.note}</Text> : null}
        </li>
      ))}
    </ol>
  );
}
