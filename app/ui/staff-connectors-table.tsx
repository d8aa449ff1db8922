import { Badge, InlineStack } from "@shopify/polaris";
import type { ShopHead, StaffConnector } from "../modules/staff/shop-page.ts";
import { formatAgo, formatMinutes } from "./format.ts";
import { severityBadge, statusBadge } from "./health-words.ts";
import { useAsk } from "./staff-action-dialog.tsx";
import {
  askBackfill,
  askCancelBackfill,
  askMaintenance,
  askPause,
  askResume,
  askSla,
  askSync,
} from "./staff-actions.ts";
import { type MenuItem, StaffMenu } from "./staff-menu.tsx";
import { CellDetail, NumberCell, StaffTable } from "./staff-table.tsx";
import { formatAhead } from "./staff-words.ts";
import { StatusBadge } from "./status-badge.tsx";

interface TableProps {
  head: ShopHead;
  connectors: readonly StaffConnector[];
  now: string;
}

/** A shop's sources: how each is, by which limits, and what can be done about it. */
export function StaffConnectorsTable({ head, connectors, now }: TableProps) {
  return (
    <StaffTable
      label="Connectors"
      columns={[
        { title: "Source" },
        { title: "Status" },
        { title: "Last sync" },
        { title: "Limits" },
        { title: "Open", isNumber: true },
        { title: "Engine" },
        { title: "Actions" },
      ]}
    >
      {connectors.map((connector) => (
        <ConnectorRow key={connector.id} {...{ head, connectors, connector, now }} />
      ))}
    </StaffTable>
  );
}

function ConnectorRow({ head, connectors, connector, now }: TableProps & { connector: StaffConnector }) {
  const { status, severity, lastSyncedAt, minutesSinceSync, connection, engine } = connector;
  return (
    <tr>
      <th scope="row">
        {connector.label}
        {connector.activeBackfill ? (
          <CellDetail>{`Backfill ${connector.activeBackfill.status.replaceAll("_", " ")}, ${connector.activeBackfill.percent}%`}</CellDetail>
        ) : null}
      </th>
      <td>
        <InlineStack gap="100">
          <StatusBadge badge={statusBadge(status, head.stale)} />
          {severity ? <StatusBadge badge={severityBadge(severity)} /> : null}
        </InlineStack>
      </td>
      <td>
        {lastSyncedAt ? formatAgo(lastSyncedAt, now) : "Never"}
        {minutesSinceSync !== null && minutesSinceSync > connector.sla.warningMinutes ? (
          <CellDetail>{`${(minutesSinceSync / connector.sla.warningMinutes).toFixed(1)} × its limit`}</CellDetail>
        ) : null}
      </td>
      <td>
        <Limits connector={connector} now={now} />
      </td>
      <NumberCell>{connector.openIncidents}</NumberCell>
      <td>
        {engine === "push" ? "Push" : "Airbyte"}
        {engine === "airbyte" ? (
          <CellDetail>{connection ? `Connection ${connection.status}` : "No connection"}</CellDetail>
        ) : null}
      </td>
      <td>
        <StaffMenu label={connector.label} items={useMenu(head, connectors, connector)} />
      </td>
    </tr>
  );
}

function Limits({ connector: { sla, slaOverride }, now }: { connector: StaffConnector; now: string }) {
  return (
    <>
      {formatMinutes(sla.warningMinutes)}
      {slaOverride ? (
        <>
          {" "}
          <Badge tone="attention">Overridden</Badge>
          <CellDetail>
            {slaOverride.expiresAt
              ? `Ends ${formatAhead(slaOverride.expiresAt, now)}`
              : "Until further notice"}
          </CellDetail>
        </>
      ) : null}
    </>
  );
}

function useMenu(
  head: ShopHead,
  connectors: readonly StaffConnector[],
  connector: StaffConnector,
): MenuItem[] {
  const ask = useAsk();
  const isPaused = connector.pausedAt !== null;
  const base = `/staff/shops/${head.domain}/connectors/${connector.id}`;
  return [
    ...(connector.syncState === "available"
      ? [{ label: "Sync now", do: () => ask(askSync(connector)) }]
      : []),
    ...(connector.activeBackfill
      ? [{ label: "Cancel the backfill", isDestructive: true, do: () => ask(askCancelBackfill(connector)) }]
      : isPaused
        ? []
        : [{ label: "Backfill", do: () => ask(askBackfill(connector)) }]),
    { label: "Set limits", do: () => ask(askSla(connector, connector.sla.warningMinutes)) },
    { label: "Plan maintenance", do: () => ask(askMaintenance(connectors, connector.id)) },
    { label: "Thresholds of its checks", to: `${base}/thresholds` },
    ...(connector.engine === "airbyte" && connector.connection
      ? [{ label: "Replace credentials", to: `${base}/credentials` }]
      : []),
    isPaused
      ? { label: "Resume", do: () => ask(askResume(connector)) }
      : { label: "Pause", isDestructive: true, do: () => ask(askPause(connector)) },
  ];
}
