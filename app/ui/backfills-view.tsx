import { BlockStack, Box, InlineStack, Link, Page, Text } from "@shopify/polaris";
import type { Backfill } from "../modules/backfills/backfill.ts";
import type { BackfillsPage } from "../modules/backfills/backfills-page.ts";
import { BackfillProgress } from "./backfill-progress.tsx";
import { backfillBadge, backfillInWords, rangeInWords } from "./backfill-words.ts";
import styles from "./backfills-view.module.css";
import { BetweenCards } from "./card-grid.tsx";
import { ChangedDaysTable } from "./changed-days-table.tsx";
import { formatDuration, formatInstant, formatTime } from "./format.ts";
import type { Kept } from "./keep-last-page.ts";
import { Section } from "./section.tsx";
import { StatusBadge } from "./status-badge.tsx";

/** Days that were loaded again: what runs now, and what each changed. */
export function BackfillsView({ page }: { page: Kept<BackfillsPage> }) {
  const { shop, active, history, refreshFailedAt } = page;
  const labels = new Map(page.sources.map(({ connectorId, label }) => [connectorId, label]));
  const labelOf = ({ connectorId }: Backfill) => labels.get(connectorId) ?? "A former source";
  return (
    <Page
      title="Backfills"
      subtitle={
        refreshFailedAt
          ? `Could not refresh just now. Showing what we knew at ${formatTime(refreshFailedAt, shop)}.`
          : "Days of a source that were loaded again."
      }
      backAction={{ content: "Sync Health", url: "/app" }}
    >
      <BlockStack gap="400">
        <Section title="Running now">
          {active.length === 0 ? (
            <Text as="p" tone="subdued">
              No backfill is running.
            </Text>
          ) : (
            <ul className={styles.list}>
              {active.map((backfill) => (
                <li key={backfill.id} className={styles.item}>
                  <Heading backfill={backfill} label={labelOf(backfill)} />
                  <BackfillProgress backfill={backfill} label={labelOf(backfill)} view={shop} />
                </li>
              ))}
            </ul>
          )}
        </Section>
        <Section title="History">
          {history.length === 0 ? (
            <Text as="p" tone="subdued">
              {"Nothing yet. When a source lost rows, open it under "}
              <Link url="/app">Sync Health</Link>
              {" and choose Run backfill. What it changed is kept here."}
            </Text>
          ) : (
            <ul className={styles.list}>
              {history.map((backfill) => (
                <li key={backfill.id} className={styles.item}>
                  <Heading backfill={backfill} label={labelOf(backfill)} />
                  <Outcome backfill={backfill} label={labelOf(backfill)} page={page} />
                </li>
              ))}
            </ul>
          )}
        </Section>
        <BetweenCards>
          <Box paddingBlockEnd="800">
            <Text as="p" variant="bodySm" tone="subdued">
              Times and days are in the {shop.timeZone.replaceAll("_", " ")} time zone.
            </Text>
          </Box>
        </BetweenCards>
      </BlockStack>
    </Page>
  );
}

function Heading({ backfill, label }: { backfill: Backfill; label: string }) {
  return (
    <InlineStack align="space-between" blockAlign="start" gap="200">
      <Text as="h3" variant="headingSm">
        <Link url={`/app/connectors/${backfill.connectorId}`} monochrome removeUnderline>
          {label}
        </Link>
      </Text>
      <StatusBadge badge={backfillBadge(backfill.status)} />
    </InlineStack>
  );
}

interface OutcomeProps {
  backfill: Backfill;
  label: string;
  page: BackfillsPage;
}

function Outcome({ backfill, label, page: { shop, now } }: OutcomeProps) {
  const { result, startedAt, endedAt, createdAt } = backfill;
  const facts = [
    rangeInWords(backfill, shop),
    formatInstant(endedAt ?? createdAt, now, shop),
    ...(startedAt && endedAt ? [`took ${formatDuration(startedAt, endedAt)}`] : []),
  ];
  return (
    <BlockStack gap="050">
      <Text as="p">{backfillInWords(backfill, shop)}</Text>
      <Text as="p" variant="bodySm" tone="subdued">
        {facts.join(" · ")}
      </Text>
      {result && result.changedDays.length > 0 ? (
        <ChangedDaysTable result={result} name={`${label}, ${rangeInWords(backfill, shop)}`} view={shop} />
      ) : null}
    </BlockStack>
  );
}
