import { BlockStack, Card, InlineStack, Text } from "@shopify/polaris";
import { SetupAct } from "./setup-act.tsx";
import type { SetupSection } from "./setup-section.tsx";
import { Quiet, StaffTable, UtcTime } from "./staff-table.tsx";
import { channelName } from "./staff-words.ts";

const stateNames = {
  queued: "On its way",
  held: "Held",
  sending: "On its way",
  sent: "Arrived",
  skipped: "Not sent",
  failed: "Failed",
} as const;

/** Whether the channels work: a test message through each, and what became of the last ones. */
export function SetupAlerts({ page: { testAlerts }, onDone }: SetupSection) {
  const { channels, sent } = testAlerts;
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          Test alert
        </Text>
        <Text as="p" tone="subdued">
          Slack and PagerDuty are shared by all shops.
        </Text>
        <InlineStack gap="400">
          {channels.map(({ channel, isOn }) =>
            isOn ? (
              <SetupAct
                key={channel}
                title={`Send to ${channelName(channel)}`}
                hidden={{ channel }}
                choice={{ value: "test_alert", label: `Send a test to ${channelName(channel)}` }}
                onDone={onDone}
              />
            ) : (
              <Quiet key={channel}>{channelName(channel)} is switched off.</Quiet>
            ),
          )}
        </InlineStack>
        {sent.length > 0 ? (
          <StaffTable
            label="Last test alerts"
            columns={["Channel", "Outcome", "When (UTC)", "Why"].map((title) => ({ title }))}
          >
            {sent.map(({ channel, state, reason, at, httpStatus }) => (
              <tr key={`${channel} ${at}`}>
                <th scope="row">{channelName(channel)}</th>
                <td>{stateNames[state]}</td>
                <td>
                  <UtcTime at={at} />
                </td>
                <td>
                  {[reason.replaceAll("_", " "), httpStatus ? `HTTP ${httpStatus}` : ""]
                    .filter(Boolean)
                    .join(", ")}
                </td>
              </tr>
            ))}
          </StaffTable>
        ) : null}
      </BlockStack>
    </Card>
  );
}
