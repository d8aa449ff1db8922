import { Banner, BlockStack, Button, InlineStack, List, Text, TextField } from "@shopify/polaris";
import { useEffect, useState } from "react";
import type { BackfillEstimate } from "../modules/backfills/backfill.ts";
import { addDays } from "../modules/backfills/backfill-range.ts";
import { estimateInWords } from "./backfill-words.ts";
import styles from "./staff-backfill-fields.module.css";
import { useFetcher } from "./use-fetcher.ts";

export type EstimateAnswer =
  | { ok: true; estimate: BackfillEstimate }
  | { ok: false; message: string; errors: Record<string, string> };

/** Dates are typed digit by digit. */
const SETTLED_AFTER_MS = 400;
const LENGTHS = [7, 30, 90, 400];

/** The days of a backfill of any length, and what loading them takes, before anybody asks for it. */
export function StaffBackfillFields({
  shop,
  connectorId,
  fields,
  set,
  errors,
}: {
  shop: string;
  connectorId: string;
  fields: Record<string, string>;
  set: (name: string) => (value: string) => void;
  errors: Record<string, string>;
}) {
  const { startDate = "", endDate = "" } = fields;
  const { load, data, state } = useFetcher<EstimateAnswer>();
  const [latest, setLatest] = useState<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the days have settled
  useEffect(() => {
    const days = startDate && endDate ? { startDate, endDate } : {};
    const timer = setTimeout(
      () => load(`/staff/shops/${shop}/connectors/${connectorId}/estimate?${new URLSearchParams(days)}`),
      startDate ? SETTLED_AFTER_MS : 0,
    );
    return () => clearTimeout(timer);
  }, [startDate, endDate]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first answer proposes the days
  useEffect(() => {
    if (!data?.ok || latest) return;
    const { limits, suggestedRange } = data.estimate;
    setLatest(limits.latestDate);
    set("startDate")(suggestedRange?.startDate ?? addDays(limits.latestDate, -6));
    set("endDate")(suggestedRange?.endDate ?? limits.latestDate);
  }, [data]);
  const problems = data?.ok === false ? data.errors : {};
  return (
    <BlockStack gap="300">
      <div className={styles.days}>
        <TextField
          label="First day"
          type="date"
          value={startDate}
          onChange={set("startDate")}
          error={errors.startDate ?? problems.startDate ?? false}
          autoComplete="off"
          {...(latest ? { max: latest } : {})}
        />
        <TextField
          label="Last day"
          type="date"
          value={endDate}
          onChange={set("endDate")}
          error={errors.endDate ?? problems.endDate ?? false}
          autoComplete="off"
          {...(latest ? { max: latest } : {})}
        />
      </div>
      {latest ? (
        <InlineStack gap="200">
          {LENGTHS.map((days) => (
            <Button
              key={days}
              size="slim"
              onClick={() => {
                set("startDate")(addDays(latest, 1 - days));
                set("endDate")(latest);
              }}
            >
              {`Last ${days} days`}
            </Button>
          ))}
        </InlineStack>
      ) : null}
      <div aria-live="polite" className={state === "idle" ? undefined : styles.updating}>
        {data?.ok ? (
          <Estimate estimate={data.estimate} />
        ) : (
          <Text as="p">{data?.message ?? "Estimating …"}</Text>
        )}
      </div>
    </BlockStack>
  );
}

const staffView = { timeZone: "UTC", locale: "en-US" };

function Estimate({ estimate }: { estimate: BackfillEstimate }) {
  return (
    <Banner tone={estimate.warnings.length > 0 ? "warning" : "info"}>
      <BlockStack gap="100">
        <Text as="p" fontWeight="semibold">
          {`${estimate.days.toLocaleString("en-US")} day${estimate.days === 1 ? "" : "s"}. ${estimateInWords(estimate, staffView)}.`}
        </Text>
        <Text as="p" tone="subdued">
          {estimate.basis.startsWith("from") ? `Estimated ${estimate.basis}.` : estimate.basis}
        </Text>
        {estimate.warnings.length > 0 ? (
          <List>
            {estimate.warnings.map(({ code, message }) => (
              <List.Item key={code}>{message}</List.Item>
            ))}
          </List>
        ) : null}
      </BlockStack>
    </Banner>
  );
}
