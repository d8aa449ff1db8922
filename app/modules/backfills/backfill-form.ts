import type { BackfillEstimate } from "./backfill.ts";
import type { DayRange } from "./backfill-range.ts";

/** A form to ask for a backfill: its days, and what loading them would take. */
export interface BackfillForm {
  range: DayRange;
  estimate: BackfillEstimate;
}

/** What a look at the form answers. */
export type EstimateAnswer = { ok: true; form: BackfillForm } | { ok: false; message: string };

/** What asking for a backfill, or cancelling one, answers. A refusal is about a field, or about the whole. */
export type BackfillAnswer =
  | { ok: true }
  | { ok: false; message: string; errors: Partial<Record<keyof DayRange, string>> };
