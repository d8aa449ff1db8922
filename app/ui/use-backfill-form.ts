import { useEffect, useState } from "react";
import type { BackfillAnswer, BackfillForm, EstimateAnswer } from "../modules/backfills/backfill-form.ts";
import { type DayRange, findRangeProblems, isSameRange } from "../modules/backfills/backfill-range.ts";
import { problemInWords } from "./backfill-words.ts";
import type { Formatting } from "./format.ts";
import { useFetcher } from "./use-fetcher.ts";

/** A date is typed digit by digit: look only when nothing has changed for a moment. */
const SETTLED_AFTER_MS = 400;

interface BackfillFormProps {
  connectorId: string;
  /** Days to open with; null: the server proposes some. */
  wanted: DayRange | null;
  view: Formatting;
  onRequested: () => void;
}

export interface BackfillFormState {
  /** The last estimate that arrived, of whatever days; null until the first. */
  known: BackfillForm | null;
  range: DayRange | null;
  setRange: (range: DayRange) => void;
  /** The estimate shown is of other days than those entered; a new one is on its way. */
  isUpdating: boolean;
  /** Why there is no estimate of these days. */
  estimateProblem: string | null;
  fieldProblems: Partial<Record<keyof DayRange, string>>;
  /** Why the whole was refused. */
  refusal: string | null;
  isSending: boolean;
  submit: () => void;
  retry: () => void;
}

/** A form that asks for a backfill: it keeps an estimate of the days that are entered, and sends them once. */
export function useBackfillForm(given: BackfillFormProps): BackfillFormState {
  const { connectorId, wanted, view, onRequested } = given;
  const estimates = useFetcher<EstimateAnswer>();
  const request = useFetcher<BackfillAnswer>();
  const [known, setKnown] = useState<BackfillForm | null>(null);
  const [range, setRange] = useState<DayRange | null>(null);
  const [settled, setSettled] = useState<DayRange | null>(null);
  const [sent, setSent] = useState<{ range: DayRange; key: string } | null>(null);
  const path = `/app/backfill/${connectorId}`;
  const { load, data: looked, state: looking } = estimates;

  const open = () => load(`${path}?${new URLSearchParams({ opening: "1", ...wanted })}`);
  const estimate = (days: DayRange) => load(`${path}?${new URLSearchParams({ ...days })}`);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens
  useEffect(open, []);

  useEffect(() => {
    if (!looked?.ok) return;
    setKnown(looked.form);
    setRange((entered) => entered ?? looked.form.range);
    setSettled((entered) => entered ?? looked.form.range);
  }, [looked]);

  useEffect(() => {
    const timer = setTimeout(() => setSettled(range), SETTLED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [range]);

  const limits = known?.estimate.limits;
  const problems = settled && limits ? findRangeProblems(settled, limits) : {};
  const isValid = Object.keys(problems).length === 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the days that are entered have settled
  useEffect(() => {
    if (settled && known && isValid && !isSameRange(settled, known.range)) estimate(settled);
  }, [settled]);

  // Idle once the page behind shows what it led to.
  const answer = request.state === "idle" ? request.data : undefined;
  // A refusal is about the days that were sent: others may do.
  const refused = answer?.ok === false && sent && range && isSameRange(sent.range, range) ? answer : null;
  const requested = answer?.ok === true;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the answer arrives
  useEffect(() => {
    if (requested) onRequested();
  }, [requested]);

  const submit = () => {
    if (!range || !limits || request.state !== "idle") return;
    setSettled(range);
    if (Object.keys(findRangeProblems(range, limits)).length > 0) return;
    // Asked again for the same days it is the same wish, whatever became of the first answer.
    const key = sent && isSameRange(sent.range, range) ? sent.key : crypto.randomUUID();
    setSent({ range, key });
    request.submit({ intent: "request", ...range, idempotencyKey: key }, { method: "post", action: path });
  };

  const inWords: BackfillFormState["fieldProblems"] = { ...refused?.errors };
  for (const field of ["startDate", "endDate"] as const) {
    const problem = problems[field];
    if (problem && limits) inWords[field] = problemInWords(problem, limits, view);
  }
  return {
    known,
    range,
    setRange,
    isUpdating:
      known !== null &&
      range !== null &&
      isValid &&
      !isSameRange(range, known.range) &&
      (looking !== "idle" || !settled || !isSameRange(range, settled)),
    estimateProblem: looking === "idle" && looked?.ok === false ? looked.message : null,
    fieldProblems: inWords,
    refusal: refused && Object.keys(refused.errors).length === 0 ? refused.message : null,
    isSending: request.state !== "idle",
    submit,
    retry: () => (known && range ? estimate(range) : open()),
  };
}
