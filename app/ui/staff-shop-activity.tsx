import { Link } from "@remix-run/react";
import { BlockStack, Button, InlineStack, Text } from "@shopify/polaris";
import type { ShopHead, StaffAuditRow, StaffDelivery, StaffJob } from "../modules/staff/shop-page.ts";
import type { Tone } from "./health-words.ts";
import { CellDetail, Code, ErrorText, StaffTable, UtcTime } from "./staff-table.tsx";
import { asLabel, channelName, inWords } from "./staff-words.ts";
import { StatusBadge } from "./status-badge.tsx";

const Nothing = ({ children }: { children: string }) => (
  <Text as="p" tone="subdued">
    {children}
  </Text>
);

const deliveryTones: Record<string, Tone> = {
  sent: "success",
  failed: "critical",
  held: "attention",
  queued: "info",
  sending: "info",
};

/** What was told of the shop's incidents, and what was not, with the reason. */
export function StaffDeliveries({
  head,
  deliveries,
}: {
  head: ShopHead;
  deliveries: readonly StaffDelivery[];
}) {
  if (deliveries.length === 0) return <Nothing>Nobody was told of anything yet.</Nothing>;
  return (
    <StaffTable
      label="Alerts"
      columns={["When (UTC)", "Channel", "What", "State", "Why"].map((title) => ({ title }))}
    >
      {deliveries.map((delivery) => (
        <tr key={delivery.id}>
          <td>
            <UtcTime at={delivery.createdAt} />
          </td>
          <td>{channelName(delivery.channel)}</td>
          <td>
            {delivery.incidentId ? (
              <Link to={`/staff/shops/${head.domain}/incidents/${delivery.incidentId}`}>
                {delivery.title ?? "Incident"}
              </Link>
            ) : (
              "Not of one incident"
            )}
            <CellDetail>{`${inWords(delivery.event)}, ${delivery.severity}`}</CellDetail>
          </td>
          <td>
            <StatusBadge
              badge={{ tone: deliveryTones[delivery.state] ?? "neutral", label: asLabel(delivery.state) }}
            />
            {delivery.attempts > 1 ? <CellDetail>{`${delivery.attempts} tries`}</CellDetail> : null}
          </td>
          <td>
            {asLabel(delivery.reason)}
            {delivery.httpStatus ? <CellDetail>{`HTTP ${delivery.httpStatus}`}</CellDetail> : null}
            {delivery.dueAt ? (
              <CellDetail>
                Due <UtcTime at={delivery.dueAt} />
              </CellDetail>
            ) : null}
          </td>
        </tr>
      ))}
    </StaffTable>
  );
}

const jobTones: Record<StaffJob["state"], Tone> = {
  failed: "critical",
  running: "info",
  ready: "neutral",
  scheduled: "neutral",
};

/** Jobs of the queue that are about this shop. */
export function StaffJobs({ jobs }: { jobs: readonly StaffJob[] }) {
  return (
    <BlockStack gap="300">
      {jobs.length === 0 ? (
        <Nothing>No job of this shop is waiting, running or failed.</Nothing>
      ) : (
        <StaffTable
          label="Jobs"
          columns={["Task", "State", "Due (UTC)", "Last error"].map((title) => ({ title }))}
        >
          {jobs.map((job) => (
            <tr key={job.id}>
              <th scope="row">
                {job.task}
                <CellDetail>{`Job ${job.id}`}</CellDetail>
              </th>
              <td>
                <StatusBadge badge={{ tone: jobTones[job.state], label: asLabel(job.state) }} />
                <CellDetail>{`${job.attempts} of ${job.maxAttempts} tries`}</CellDetail>
              </td>
              <td>
                <UtcTime at={job.runAt} />
              </td>
              <td>
                {job.lastError ? (
                  <ErrorText label={`Error of job ${job.id}`}>{job.lastError}</ErrorText>
                ) : (
                  "—"
                )}
              </td>
            </tr>
          ))}
        </StaffTable>
      )}
      <InlineStack>
        <Button url="/staff/queue">Open the queue</Button>
      </InlineStack>
    </BlockStack>
  );
}

/** The last of what was done in this shop. */
export function StaffShopAudit({ head, rows }: { head: ShopHead; rows: readonly StaffAuditRow[] }) {
  return (
    <BlockStack gap="300">
      {rows.length === 0 ? (
        <Nothing>Nothing was done yet.</Nothing>
      ) : (
        <StaffTable
          label="Audit"
          columns={["When (UTC)", "Who", "What", "Reason"].map((title) => ({ title }))}
        >
          {rows.map((row) => (
            <tr key={row.id}>
              <td>
                <UtcTime at={row.at} />
              </td>
              <td>
                {row.actor}
                <CellDetail>{row.role}</CellDetail>
              </td>
              <td>
                <Code>{row.action}</Code>
                <CellDetail>{row.target}</CellDetail>
              </td>
              <td>{row.reason}</td>
            </tr>
          ))}
        </StaffTable>
      )}
      <InlineStack>
        <Button url={`/staff/audit?${new URLSearchParams({ shop: head.domain })}`}>
          All of this shop's audit
        </Button>
      </InlineStack>
    </BlockStack>
  );
}
