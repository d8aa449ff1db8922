import { Badge, BlockStack, Button, Card, InlineStack, Text } from "@shopify/polaris";
import type { Connector } from "../modules/connectors/connector.ts";
import type { Support } from "../modules/dashboards/dashboard-block.ts";
import { SupportContact } from "./block-banner.tsx";
import { counted } from "./format.ts";
import styles from "./getting-started.module.css";
import { useFetcher } from "./use-fetcher.ts";

interface GettingStartedProps {
  connectors: readonly Connector[];
  support: Support;
  /** Left out where there is nothing else on the page yet. */
  canDismiss: boolean;
}

interface Step {
  title: string;
  words: string;
  state: "done" | "now" | "next";
}

/** What happens next, for a merchant who has just come: three steps, of which nobody has to take one. */
export function GettingStarted({ connectors, support, canDismiss }: GettingStartedProps) {
  const fetcher = useFetcher();
  if (fetcher.state !== "idle" || fetcher.data) return null;
  return (
    <Card>
      <BlockStack gap="400">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="h2" variant="headingMd">
            What happens next
          </Text>
          {canDismiss ? (
            <fetcher.Form method="post" action="/app?index">
              <input type="hidden" name="intent" value="dismiss_getting_started" />
              <Button submit variant="tertiary" accessibilityLabel="Dismiss: What happens next">
                Dismiss
              </Button>
            </fetcher.Form>
          ) : null}
        </InlineStack>
        <ol className={styles.steps}>
          {stepsFor(connectors).map((step) => (
            <li key={step.title} className={styles.step}>
              <StepBadge state={step.state} />
              <BlockStack gap="050">
                <Text as="h3" variant="headingSm">
                  {step.title}
                </Text>
                <Text as="p" tone="subdued">
                  {step.words}
                </Text>
              </BlockStack>
            </li>
          ))}
        </ol>
        <SupportContact support={support} />
      </BlockStack>
    </Card>
  );
}

function StepBadge({ state }: { state: Step["state"] }) {
  return (
    <div className={styles.badge}>
      {state === "done" ? (
        <Badge tone="success">Done</Badge>
      ) : state === "now" ? (
        <Badge tone="info">Now</Badge>
      ) : (
        <Badge>Next</Badge>
      )}
    </div>
  );
}

/** Where a shop stands on the way from the installation to the first check. */
function stepsFor(connectors: readonly Connector[]): Step[] {
  const isConnected = connectors.length > 0;
  const isImported = connectors.some((connector) => !connector.neverSynced);
  return [
    {
      title: "Your sources are connected",
      words: isConnected
        ? `${counted(connectors.length, "source")} of yours ${connectors.length === 1 ? "is" : "are"} connected. More can follow at any time.`
        : "Our team connects your data sources. You do not need to do anything; each one shows here as soon as it is connected.",
      state: isConnected ? "done" : "now",
    },
    {
      title: "The first import runs",
      words:
        "Your history is loaded once. This takes from minutes to three days, depending on how much there is.",
      state: isImported ? "done" : isConnected ? "now" : "next",
    },
    {
      title: "Every source is checked",
      words:
        "From then on each source is checked every 15 minutes. You see here whether your dashboards can be trusted, and what to do when they cannot.",
      state: isImported ? "now" : "next",
    },
  ];
}
