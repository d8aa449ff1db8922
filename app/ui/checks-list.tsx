import { BlockStack, InlineStack, Text } from "@shopify/polaris";
import type { CheckView } from "../modules/connectors/connector.ts";
import { severityRank } from "../modules/severity.ts";
import styles from "./checks-list.module.css";
import { type Formatting, formatAgo, formatInstant } from "./format.ts";
import { checkBadge, checksInWords } from "./health-words.ts";
import { StatusBadge } from "./status-badge.tsx";

interface ChecksListProps {
  /** In the order of the catalogue. */
  checks: readonly CheckView[];
  view: Formatting;
  now: string;
  isStale: boolean;
}

/** What is checked about this source, and what each check last said: what fails first and in full, then the rest side by side. */
export function ChecksList({ checks, view, now, isStale }: ChecksListProps) {
  if (checks.length === 0) {
    return (
      <Text as="p" tone="subdued">
        No checks are set up for this source yet.
      </Text>
    );
  }
  const isFailing = ({ enabled, severity }: CheckView) => enabled && severity !== null;
  const failing = checks
    .filter(isFailing)
    .sort((a, b) => severityRank(b.severity) - severityRank(a.severity));
  const others = checks.filter((check) => !isFailing(check));
  return (
    <BlockStack gap="400">
      <Text as="p" tone="subdued">
        {checksInWords(checks, isStale)}
      </Text>
      {[
        { name: "failing", list: failing, className: styles.failing },
        { name: "others", list: others, className: styles.grid },
      ].map(({ name, list, className }) =>
        list.length === 0 ? null : (
          <ul key={name} className={className}>
            {list.map((check) => (
              <li key={check.check} className={styles.check}>
                <InlineStack align="space-between" blockAlign="start" gap="200" wrap={false}>
                  <Text as="h3" variant="headingSm">
                    {check.label}
                  </Text>
                  <StatusBadge badge={checkBadge(check, isStale)} />
                </InlineStack>
                <Text as="p">{check.sentence}</Text>
                {check.evaluatedAt ? (
                  <Text as="p" variant="bodySm" tone="subdued">
                    Checked{" "}
                    <time dateTime={check.evaluatedAt} title={formatInstant(check.evaluatedAt, now, view)}>
                      {formatAgo(check.evaluatedAt, now)}
                    </time>
                  </Text>
                ) : null}
              </li>
            ))}
          </ul>
        ),
      )}
    </BlockStack>
  );
}
