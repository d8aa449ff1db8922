import { BlockStack, Link, Text } from "@shopify/polaris";
import type { Incident } from "../modules/incidents/incident.ts";
import { AcknowledgeButton } from "./acknowledge-button.tsx";
import { type Formatting, formatAgo, formatDuration, formatInstant, formatList } from "./format.ts";
import { dashboardLabels, incidentStatusBadge, severityBadge } from "./health-words.ts";
import styles from "./incident-list.module.css";
import { StatusBadge } from "./status-badge.tsx";

interface IncidentListProps {
  incidents: readonly Incident[];
  view: Formatting;
  now: string;
  /** Said when there are none. */
  whenEmpty: string;
  /** They are listed under what they are part of: no need to say so. */
  areParts?: boolean;
}

/** What is wrong, since when, what it touches; with a button to say "seen". */
export function IncidentList({ incidents, view, now, whenEmpty, areParts = false }: IncidentListProps) {
  if (incidents.length === 0) {
    return (
      <Text as="p" tone="subdued">
        {whenEmpty}
      </Text>
    );
  }
  return (
    <ul className={styles.list}>
      {incidents.map((incident) => (
        <li key={incident.id} className={styles.incident}>
          <div className={styles.badge}>
            <StatusBadge badge={severityBadge(incident.severity)} />
          </div>
          <div className={styles.words}>
            <BlockStack gap="050">
              <Text as="h3" variant="headingSm">
                <Link url={`/app/incidents/${incident.id}`} monochrome removeUnderline>
                  {incident.title}
                </Link>
              </Text>
              <Text as="p">{incident.detail}</Text>
              <Text as="p" variant="bodySm" tone="subdued">
                {factsOf(incident, now, view, areParts).join(" · ")}
              </Text>
            </BlockStack>
          </div>
          <div className={styles.action}>
            {incident.status === "resolved" ? (
              <StatusBadge badge={incidentStatusBadge(incident.status)} />
            ) : (
              <AcknowledgeButton incident={incident} />
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

function factsOf(incident: Incident, now: string, view: Formatting, isPart: boolean): string[] {
  const touched = incident.affectedDashboards.map((key) => dashboardLabels[key]);
  return [
    incident.resolvedAt
      ? `${formatInstant(incident.openedAt, now, view)}, lasted ${formatDuration(incident.openedAt, incident.resolvedAt)}`
      : `Since ${formatInstant(incident.openedAt, now, view)} (${formatAgo(incident.openedAt, now)})`,
    ...(touched.length > 0 ? [`Affects ${formatList(touched)}`] : []),
    ...(incident.parent?.kind === "upstream" ? ["Part of a wider outage, not caused by your shop"] : []),
    ...(incident.parent?.kind === "shop" && !isPart ? ["Several of your sources are affected together"] : []),
  ];
}
