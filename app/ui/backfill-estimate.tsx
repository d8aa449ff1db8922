import { Button, Text } from "@shopify/polaris";
import type { BackfillEstimate } from "../modules/backfills/backfill.ts";
import styles from "./backfill-modal.module.css";
import { estimateInWords } from "./backfill-words.ts";
import type { Formatting } from "./format.ts";
import type { BackfillFormState } from "./use-backfill-form.ts";

interface BackfillEstimateViewProps {
  form: BackfillFormState;
  estimate: BackfillEstimate;
  view: Formatting;
}

/** What loading the days would take, and what to know before. The last answer stays while the next is on its way. */
export function BackfillEstimateView({ form, estimate, view }: BackfillEstimateViewProps) {
  const { isUpdating, estimateProblem, fieldProblems } = form;
  if (Object.keys(fieldProblems).length > 0) {
    return (
      <div className={styles.estimate}>
        <Text as="p" tone="subdued">
          The estimate shows here as soon as the days are right.
        </Text>
      </div>
    );
  }
  if (estimateProblem && !isUpdating) {
    return (
      <div className={styles.estimate} role="status">
        <Text as="p" tone="subdued">
          {estimateProblem} You can ask for the backfill all the same.
        </Text>
        <div>
          <Button variant="plain" onClick={form.retry}>
            Estimate again
          </Button>
        </div>
      </div>
    );
  }
  return (
    <div className={styles.estimate} role="status" aria-busy={isUpdating}>
      <Text as="p" fontWeight="semibold" {...(isUpdating ? { tone: "subdued" as const } : {})}>
        {estimateInWords(estimate, view)}
      </Text>
      <Text as="p" variant="bodySm" tone="subdued">
        {isUpdating ? "Working out the new days…" : estimate.basis}
      </Text>
      {estimate.warnings.length > 0 ? (
        <ul className={styles.warnings} aria-label="Good to know">
          {estimate.warnings.map(({ code, message }) => (
            <li key={code}>
              <Text as="span" variant="bodySm">
                {message}
              </Text>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
