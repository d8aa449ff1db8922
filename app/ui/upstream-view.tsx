import { Badge, Banner, BlockStack, Card, InlineStack, Page, Text } from "@shopify/polaris";
import type { FailingSource, UpstreamEvent, UpstreamPage } from "../modules/incidents/upstream-page.ts";
import { NumberCell, Quiet, StaffTable, sinceThen, UtcTime } from "./staff-table.tsx";

const reasonNames: Readonly<Record<string, string>> = {
  late: "Late",
  never_synced: "Never synced",
  unknown: "Fails, reason not known",
  credentials: "Sign-in refused",
  permission: "Permission missing",
  connection_disabled: "Connection switched off",
};
const nameOf = (reason: string): string => reasonNames[reason] ?? reason.replaceAll("_", " ");

const percent = (share: number): string =>
  share > 0 && share < 0.01 ? "under 1 %" : `${Math.round(share * 100)} %`;

/** What goes wrong in many shops at once: theirs, not ours, or ours, not theirs. */
export function UpstreamView({ page }: { page: UpstreamPage }) {
  const { open, ended, sources, airbyte, checkedAt } = page;
  return (
    <Page title="Upstream" fullWidth>
      <BlockStack gap="400">
        {open.map((event) => (
          <Banner
            key={event.id}
            tone={event.severity === "warning" ? "warning" : "critical"}
            title={`${event.label} is having a problem`}
          >
            <p>
              For {sinceThen(event.startedAt, checkedAt)}, up to {event.shopsAffected}{" "}
              {event.shopsAffected === 1 ? "shop" : "shops"} at once. Their incidents wait for it.
            </p>
          </Banner>
        ))}
        {airbyte.unreachable > 0 ? (
          <Banner tone="warning" title="Airbyte does not answer for some shops">
            <p>
              {airbyte.unreachable} of {airbyte.workspaces} workspaces
              {airbyte.since ? ` for up to ${sinceThen(airbyte.since, checkedAt)}` : ""}:{" "}
              {airbyte.reasons.map(({ reason, workspaces }) => `${reason} ${workspaces}`).join(", ")}.
            </p>
          </Banner>
        ) : null}
        {open.length === 0 && airbyte.unreachable === 0 ? (
          <Card>
            <Text as="p">
              {airbyte.workspaces > 0
                ? `No source fails for many shops, and all ${airbyte.workspaces} Airbyte workspaces answer.`
                : "No source fails for many shops."}
            </Text>
          </Card>
        ) : null}
        <Card>
          <BlockStack gap="300">
            <Text as="h2" variant="headingMd">
              Sources
            </Text>
            <SourcesTable sources={sources} now={checkedAt} />
          </BlockStack>
        </Card>
        <Card>
          <BlockStack gap="300">
            <Text as="h2" variant="headingMd">
              Ended in the last 30 days
            </Text>
            <EndedTable events={ended} />
          </BlockStack>
        </Card>
      </BlockStack>
    </Page>
  );
}

function SourcesTable({ sources, now }: { sources: readonly FailingSource[]; now: string }) {
  if (sources.length === 0)
    return (
      <Text as="p" tone="subdued">
        No shop has a source yet.
      </Text>
    );
  return (
    <StaffTable
      label="Sources over all shops"
      columns={[
        { title: "Source" },
        { title: "Connectors", isNumber: true },
        { title: "Failing", isNumber: true },
        { title: "Share", isNumber: true },
        { title: "Shops", isNumber: true },
        { title: "Since" },
        { title: "Reasons" },
      ]}
    >
      {sources.map(({ source, label, connectors, failing, share, reasons }) => (
        <tr key={source}>
          <th scope="row">{label}</th>
          <NumberCell>{connectors}</NumberCell>
          <NumberCell>{failing.connectors || <Quiet>0</Quiet>}</NumberCell>
          <NumberCell>{failing.connectors ? percent(share) : <Quiet>0 %</Quiet>}</NumberCell>
          <NumberCell>{failing.shops || <Quiet>0</Quiet>}</NumberCell>
          <td>{failing.since ? sinceThen(failing.since, now) : <Quiet>—</Quiet>}</td>
          <td>
            <InlineStack gap="200">
              {reasons.map(({ reason, isOwn, connectors: count }) => (
                <Badge key={reason} tone={isOwn ? "info" : "warning"}>
                  {`${nameOf(reason)}: ${count}${isOwn ? " (the shop's own)" : ""}`}
                </Badge>
              ))}
            </InlineStack>
          </td>
        </tr>
      ))}
    </StaffTable>
  );
}

function EndedTable({ events }: { events: readonly UpstreamEvent[] }) {
  if (events.length === 0)
    return (
      <Text as="p" tone="subdued">
        None.
      </Text>
    );
  return (
    <StaffTable
      label="Ended upstream events"
      columns={[
        { title: "Source" },
        { title: "Severity" },
        { title: "Began (UTC)" },
        { title: "Lasted" },
        { title: "Shops", isNumber: true },
      ]}
    >
      {events.map(({ id, label, severity, startedAt, endedAt, shopsAffected }) => (
        <tr key={id}>
          <th scope="row">{label}</th>
          <td>{severity}</td>
          <td>
            <UtcTime at={startedAt} />
          </td>
          <td>{sinceThen(startedAt, endedAt!)}</td>
          <NumberCell>{shopsAffected}</NumberCell>
        </tr>
      ))}
    </StaffTable>
  );
}
