import { Badge, BlockStack, Button, InlineStack, Text } from "@shopify/polaris";
import type { Maintenance, ShopHead, ShopOverview, StaffDashboard } from "../modules/staff/shop-page.ts";
import { dashboardLabels, deductionInWords } from "./health-words.ts";
import { Section } from "./section.tsx";
import { useAsk } from "./staff-action-dialog.tsx";
import { askEndLift, askEndMaintenance, askLift, askMaintenance } from "./staff-actions.ts";
import { StaffConnectorsTable } from "./staff-connectors-table.tsx";
import { StaffDiagnoses } from "./staff-diagnoses.tsx";
import { StaffIncidentsTable } from "./staff-incidents-table.tsx";
import { CellDetail, StaffTable } from "./staff-table.tsx";
import { formatAhead } from "./staff-words.ts";

interface OverviewProps {
  head: ShopHead;
  overview: ShopOverview;
  now: string;
}

/** What is wrong with a shop and what to do, then all of its sources and blocks. */
export function StaffShopOverview({ head, overview, now }: OverviewProps) {
  const { connectors, diagnoses, incidents } = overview;
  return (
    <BlockStack gap="400">
      <StaffDiagnoses head={head} diagnoses={diagnoses} connectors={connectors} />
      <Section title="Open incidents">
        <StaffIncidentsTable head={head} incidents={incidents} now={now} whenEmpty="Nothing is open." />
      </Section>
      <Section title="Sources">
        {connectors.length === 0 ? (
          <Text as="p" tone="subdued">
            No source is connected yet. Connections are discovered by the next poll of the shop's Airbyte
            workspace.
          </Text>
        ) : (
          <StaffConnectorsTable head={head} connectors={connectors} now={now} />
        )}
        <Deductions overview={overview} />
      </Section>
      <Section title="Dashboards">
        <Dashboards dashboards={overview.dashboards} now={now} />
      </Section>
      <Section title="Maintenance">
        <PlannedWork overview={overview} now={now} />
      </Section>
    </BlockStack>
  );
}

/** What the score is made of, in a line. */
function Deductions({ overview: { summary, connectors } }: { overview: ShopOverview }) {
  if (summary.score === null || summary.deductions.length === 0) return null;
  const words = summary.deductions.map(({ connectorId, reason, points }) => {
    const label = connectors.find(({ id }) => id === connectorId)?.label ?? null;
    return `${deductionInWords(label, reason)} −${points}`;
  });
  return (
    <Text as="p" tone="subdued">
      {`Score ${summary.score}: ${words.join(" · ")}`}
    </Text>
  );
}

function Dashboards({ dashboards, now }: { dashboards: readonly StaffDashboard[]; now: string }) {
  const ask = useAsk();
  return (
    <StaffTable
      label="Dashboards"
      columns={["Dashboard", "State", "Why", "Complete through", "Actions"].map((title) => ({ title }))}
    >
      {dashboards.map(({ key, blocked, reasons, completeThrough, lifts }) => {
        const label = dashboardLabels[key];
        const isSecurity = reasons.some(({ code }) => code === "security");
        return (
          <tr key={key}>
            <th scope="row">{label}</th>
            <td>
              <InlineStack gap="100">
                {blocked ? <Badge tone="critical">Blocked</Badge> : <Badge tone="success">Shown</Badge>}
                {lifts.length > 0 ? <Badge tone="attention">Lifted</Badge> : null}
              </InlineStack>
            </td>
            <td>
              {reasons.map(({ message }) => (
                <p key={message}>{message}</p>
              ))}
              {lifts.map((lift) => (
                <CellDetail key={lift.id}>
                  {`Lifted by ${lift.createdBy}, ends ${formatAhead(lift.expiresAt, now)}: ${lift.reason}`}
                </CellDetail>
              ))}
            </td>
            <td>{completeThrough ?? "—"}</td>
            <td>
              <InlineStack gap="200" wrap={false}>
                {blocked ? (
                  <Button size="slim" onClick={() => ask(askLift({ key, label }, isSecurity))}>
                    Lift
                  </Button>
                ) : null}
                {lifts.map((lift) => (
                  <Button key={lift.id} size="slim" onClick={() => ask(askEndLift(lift.id, label))}>
                    End the lift
                  </Button>
                ))}
              </InlineStack>
            </td>
          </tr>
        );
      })}
    </StaffTable>
  );
}

function PlannedWork({
  overview: { maintenance, connectors },
  now,
}: {
  overview: ShopOverview;
  now: string;
}) {
  const ask = useAsk();
  const labelOf = ({ connectorId }: Maintenance) =>
    connectorId ? (connectors.find(({ id }) => id === connectorId)?.label ?? "A source") : "All sources";
  return (
    <BlockStack gap="300">
      {maintenance.length === 0 ? (
        <Text as="p" tone="subdued">
          No work is planned: on-call is told of everything.
        </Text>
      ) : (
        <StaffTable
          label="Maintenance"
          columns={["Of", "When", "Why", "Actions"].map((title) => ({ title }))}
        >
          {maintenance.map((window) => (
            <tr key={window.id}>
              <th scope="row">{labelOf(window)}</th>
              <td>
                {window.startsAt > now ? `Begins ${formatAhead(window.startsAt, now)}` : "Now"}
                <CellDetail>{`Ends ${formatAhead(window.endsAt, now)}`}</CellDetail>
              </td>
              <td>
                {window.reason}
                <CellDetail>{window.createdBy}</CellDetail>
              </td>
              <td>
                <Button size="slim" onClick={() => ask(askEndMaintenance(window.id))}>
                  End
                </Button>
              </td>
            </tr>
          ))}
        </StaffTable>
      )}
      <InlineStack>
        <Button onClick={() => ask(askMaintenance(connectors))}>Plan maintenance</Button>
      </InlineStack>
    </BlockStack>
  );
}
