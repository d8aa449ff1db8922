import { Link } from "@remix-run/react";
import { Badge, InlineStack, Text } from "@shopify/polaris";
import type { ShopHead, StaffIncident } from "../modules/staff/shop-page.ts";
import { formatAgo } from "./format.ts";
import { incidentStatusBadge, severityBadge } from "./health-words.ts";
import { useAsk } from "./staff-action-dialog.tsx";
import { askAcknowledge, askResolve, askSnooze } from "./staff-actions.ts";
import { StaffMenu } from "./staff-menu.tsx";
import { CellDetail, StaffTable } from "./staff-table.tsx";
import { formatAhead, inWords } from "./staff-words.ts";
import { StatusBadge } from "./status-badge.tsx";

/** A shop's incidents, with what can be done to those that are open. */
export function StaffIncidentsTable({
  head,
  incidents,
  now,
  whenEmpty,
}: {
  head: ShopHead;
  incidents: readonly StaffIncident[];
  now: string;
  whenEmpty: string;
}) {
  const ask = useAsk();
  if (incidents.length === 0)
    return (
      <Text as="p" tone="subdued">
        {whenEmpty}
      </Text>
    );
  return (
    <StaffTable
      label="Incidents"
      columns={["Incident", "Severity", "Status", "Opened", "Actions"].map((title) => ({ title }))}
    >
      {incidents.map((incident) => (
        <tr key={incident.id}>
          <th scope="row">
            <Link to={`/staff/shops/${head.domain}/incidents/${incident.id}`}>{incident.title}</Link>
            <CellDetail>{incident.detail}</CellDetail>
          </th>
          <td>
            <StatusBadge badge={severityBadge(incident.severity)} />
          </td>
          <td>
            <IncidentState incident={incident} now={now} />
          </td>
          <td>
            {formatAgo(incident.openedAt, now)}
            {incident.reopenedCount > 0 ? (
              <CellDetail>{`Came back ${incident.reopenedCount} ×`}</CellDetail>
            ) : null}
          </td>
          <td>
            {incident.status === "resolved" ? null : (
              <StaffMenu
                label={incident.title}
                items={[
                  ...(incident.isStaffAcknowledged
                    ? []
                    : [{ label: "Acknowledge", do: () => ask(askAcknowledge(incident)) }]),
                  { label: "Snooze", do: () => ask(askSnooze(incident)) },
                  { label: "Resolve", do: () => ask(askResolve(incident)) },
                ]}
              />
            )}
          </td>
        </tr>
      ))}
    </StaffTable>
  );
}

/** Where an incident stands, for staff: who has seen it, until when it is put aside, how it ended. */
export function IncidentState({ incident, now }: { incident: StaffIncident; now: string }) {
  const { status, isStaffAcknowledged, snoozedUntil, resolution, parent } = incident;
  return (
    <>
      <InlineStack gap="100">
        {status === "acknowledged" ? (
          <Badge tone="info">{isStaffAcknowledged ? "Acknowledged" : "Seen by the merchant"}</Badge>
        ) : (
          <StatusBadge badge={incidentStatusBadge(status)} />
        )}
        {snoozedUntil && status !== "resolved" ? <Badge>Snoozed</Badge> : null}
      </InlineStack>
      {snoozedUntil && status !== "resolved" ? (
        <CellDetail>{`Ends ${formatAhead(snoozedUntil, now)}`}</CellDetail>
      ) : null}
      {resolution ? (
        <CellDetail>{resolution === "auto" ? "By itself" : inWords(resolution)}</CellDetail>
      ) : null}
      {parent ? (
        <CellDetail>{`Part of ${parent.kind === "upstream" ? "an upstream problem" : "a larger problem"}`}</CellDetail>
      ) : null}
    </>
  );
}
