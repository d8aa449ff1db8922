import { BlockStack, InlineStack, Text } from "@shopify/polaris";
import type { CheckView } from "../modules/connectors/connector.ts";
import { type Formatting, formatInstant } from "./format.ts";
import { checkBadge } from "./health-words.ts";
import { StatusBadge } from "./status-badge.tsx";

interface ChecksListProps {
  checks: readonly CheckView[];
  view: Formatting;
  now: string;
  isStale: boolean;
}

/** What is checked about this source, and what each check last said. */
export function ChecksList({ checks, view, now, isStale }: ChecksListProps) {
  if (checks.length === 0) {
    return (
      <Text as="p" tone="subdued">
        No checks are set up for this source yet.
      </Text>
    );
  }
  return (
    <BlockStack as="ul" gap="300">
      {checks.map((check) => (
        <li key={check.check}>
          <InlineStack align="space-between" blockAlign="start" gap="200">
            <Text as="h3" variant="headingSm">
              {check.label}
            </Text>
            <StatusBadge badge={checkBadge(check, isStale)} />
          </InlineStack>
          <Text as="p">{check.sentence}</Text>
          <Text as="p" variant="bodySm" tone="subdued">
            {check.evaluatedAt ? `Checked ${formatInstant(check.evaluatedAt, now, view)}` : "Not checked yet"}
          </Text>
        </li>
      ))}
    </BlockStack>
  );
}
