import { BlockStack, Button, ChoiceList, InlineError, Modal, SkeletonBodyText, Text } from "@shopify/polaris";
import { useEffect, useId, useRef } from "react";
import {
  type DayRange,
  findRangeProblems,
  isSameRange,
  listPresets,
} from "../modules/backfills/backfill-range.ts";
import { BackfillEstimateView } from "./backfill-estimate.tsx";
import styles from "./backfill-modal.module.css";
import { limitsInWords, presetInWords, refillInWords } from "./backfill-words.ts";
import { DayField, isCalendarOpen } from "./day-field.tsx";
import type { Formatting } from "./format.ts";
import { type BackfillFormState, useBackfillForm } from "./use-backfill-form.ts";

const fields = ["startDate", "endDate"] as const;

interface BackfillModalProps {
  connectorId: string;
  label: string;
  /** Days to open with; null: a gap, or the last week. */
  wanted: DayRange | null;
  view: Formatting;
  onClose: () => void;
  onRequested: () => void;
}

/** Asks for a refill of a source's days: which, what it takes, one button. Opened by a click only. */
export function BackfillModal({
  connectorId,
  label,
  wanted,
  view,
  onClose,
  onRequested,
}: BackfillModalProps) {
  const id = useId();
  const form = useBackfillForm({ connectorId, wanted, view, onRequested });
  const { known, range, isSending, estimateProblem } = form;
  const isReady = known !== null && range !== null;
  const problems = isReady ? findRangeProblems(range, known.estimate.limits) : {};
  const firstProblem = fields.find((field) => problems[field]);
  const submit = () => {
    form.submit();
    if (firstProblem) document.getElementById(`${id}-${firstProblem}`)?.focus();
  };
  useFocusOnProblem(form, id);
  return (
    <Modal
      open
      title={`Run backfill: ${label}`}
      onClose={() => {
        if (!isCalendarOpen()) onClose();
      }}
      primaryAction={{
        content: isReady && !firstProblem ? refillInWords(range) : "Refill",
        onAction: submit,
        loading: isSending,
        disabled: !isReady,
      }}
      secondaryActions={[{ content: "Close", onAction: onClose }]}
    >
      <Modal.Section>
        <div className={styles.body}>
          {isReady ? (
            <Fields id={id} form={form} range={range} known={known} view={view} />
          ) : estimateProblem ? (
            <BlockStack gap="200" inlineAlign="start">
              <InlineError message={estimateProblem} fieldID={id} />
              <Button onClick={form.retry}>Try again</Button>
            </BlockStack>
          ) : (
            <div role="status" aria-label="Loading">
              <SkeletonBodyText lines={9} />
            </div>
          )}
        </div>
      </Modal.Section>
    </Modal>
  );
}

interface FieldsProps {
  id: string;
  form: BackfillFormState;
  range: DayRange;
  known: NonNullable<BackfillFormState["known"]>;
  view: Formatting;
}

function Fields({ id, form, range, known, view }: FieldsProps) {
  const { limits, suggestedRange } = known.estimate;
  const presets = listPresets(limits, suggestedRange);
  const chosen = presets.find((preset) => isSameRange(preset.range, range))?.key ?? "other";
  const choose = ([key]: string[]) => {
    const preset = presets.find((one) => one.key === key);
    if (preset) form.setRange(preset.range);
    else document.getElementById(`${id}-startDate`)?.focus();
  };
  return (
    <BlockStack gap="400">
      <ChoiceList
        title="Days to load again"
        choices={[
          ...presets.map((preset) => ({
            value: preset.key,
            label: presetInWords(preset, view),
            ...(preset.key === "suggested" && suggestedRange ? { helpText: suggestedRange.reason } : {}),
          })),
          { value: "other", label: "Other days" },
        ]}
        selected={[chosen]}
        onChange={choose}
      />
      <div className={styles.days}>
        <DayField
          id={`${id}-startDate`}
          label="First day"
          day={range.startDate}
          shownDay={range.endDate || limits.latestDate}
          onChange={(startDate) => form.setRange({ ...range, startDate })}
          problem={form.fieldProblems.startDate}
          limits={limits}
        />
        <DayField
          id={`${id}-endDate`}
          label="Last day"
          day={range.endDate}
          shownDay={range.startDate || limits.latestDate}
          onChange={(endDate) => form.setRange({ ...range, endDate })}
          problem={form.fieldProblems.endDate}
          limits={limits}
        />
      </div>
      <Text as="p" variant="bodySm" tone="subdued">
        {limitsInWords(limits, view)}
      </Text>
      <BackfillEstimateView form={form} estimate={known.estimate} view={view} />
      <div role="alert">
        {form.refusal ? (
          <div tabIndex={-1} data-refusal className={styles.refusal}>
            <InlineError message={form.refusal} fieldID={`${id}-startDate`} />
          </div>
        ) : null}
      </div>
    </BlockStack>
  );
}

/** After a refusal the focus goes to the field it is about. */
function useFocusOnProblem({ fieldProblems, isSending }: BackfillFormState, id: string): void {
  const wasSending = useRef(false);
  useEffect(() => {
    const field = fields.find((one) => fieldProblems[one]);
    if (wasSending.current && !isSending && field) document.getElementById(`${id}-${field}`)?.focus();
    wasSending.current = isSending;
  });
}
