import { Badge, Banner, BlockStack, Card, InlineStack, Page, Text } from "@shopify/polaris";
import type { CheckSettingView, ThresholdsPage } from "../modules/checks/thresholds-page.ts";
import { ThresholdForm } from "./threshold-form.tsx";

/** How each check of a connector is judged, and what another setting would have brought. */
export function ThresholdsView({
  shop,
  page,
  mayAct,
}: {
  shop: string;
  page: ThresholdsPage;
  mayAct: boolean;
}) {
  return (
    <Page
      title={`Thresholds of ${page.label}`}
      subtitle={shop}
      backAction={{ content: shop, url: `/staff/shops/${shop}` }}
    >
      <BlockStack gap="400">
        <Text as="p" tone="subdued">
          Scores are on one scale for every check: 1 is the usual alert limit, about two false alarms a year;
          0.5 about twelve. Lateness is set as an SLA, on the shop's page.
        </Text>
        {mayAct ? null : (
          <Banner>
            <p>You can try settings out here. Saving one takes the role admin.</p>
          </Banner>
        )}
        {page.checks.map((check) => (
          <Card key={check.check}>
            <BlockStack gap="300">
              <InlineStack gap="200" blockAlign="center">
                <Text as="h2" variant="headingMd">
                  {check.label}
                </Text>
                <Text as="span" tone="subdued">
                  {check.check}
                </Text>
                <StateBadge check={check} />
              </InlineStack>
              {check.limits.length === 0 && !check.canSwitchOff ? (
                <Text as="p" tone="subdued">
                  {check.check === "freshness" ? "Set by its SLA." : "The same for everybody."}
                </Text>
              ) : (
                <ThresholdForm check={check} mayAct={mayAct} />
              )}
            </BlockStack>
          </Card>
        ))}
      </BlockStack>
    </Page>
  );
}

function StateBadge({ check: { enabled, severity, limits } }: { check: CheckSettingView }) {
  const isOwn = limits.some(({ value, default: standard }) => value !== standard);
  return (
    <InlineStack gap="100">
      {enabled ? null : <Badge tone="attention">Off</Badge>}
      {isOwn ? <Badge tone="info">Own thresholds</Badge> : null}
      {severity ? (
        <Badge tone={severity === "warning" ? "warning" : "critical"}>{`Fails: ${severity}`}</Badge>
      ) : null}
    </InlineStack>
  );
}
