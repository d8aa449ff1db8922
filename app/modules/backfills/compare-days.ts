import type { BackfillResult, ChangedDay } from "./backfill.ts";

/** Rows of a day and the sum of what is measured on it; null where nothing is. */
export interface DayTotal {
  rows: number;
  amount: number | null;
}
export type DayTotals = Readonly<Record<string, DayTotal>>;

export interface Compared {
  days: readonly string[];
  before: DayTotals;
  after: DayTotals;
  /** What a row is, "orders"; and what is summed up, "revenue"; null: nothing worth a word. */
  rowsAre: string;
  amountIs: string | null;
}

const none: DayTotal = { rows: 0, amount: null };
/** A sum that moved by less is the same: it was read at another moment. */
const SAME_AMOUNT = 0.005;

/** What loading days again has changed, day by day and in a sentence: "5 days changed, +212 orders, revenue +0.8 %". */
export function compareDays({ days, before, after, rowsAre, amountIs }: Compared): BackfillResult {
  const changed: ChangedDay[] = [];
  let [rowsBefore, rowsAfter, amountBefore, amountAfter] = [0, 0, 0, 0];
  for (const day of days) {
    const [was, is] = [before[day] ?? none, after[day] ?? none];
    rowsBefore += was.rows;
    rowsAfter += is.rows;
    amountBefore += was.amount ?? 0;
    amountAfter += is.amount ?? 0;
    if (was.rows !== is.rows || Math.abs((was.amount ?? 0) - (is.amount ?? 0)) >= SAME_AMOUNT)
      changed.push({ day, rowsBefore: was.rows, rowsAfter: is.rows });
  }
  return {
    summary: summarize(changed.length, rowsAfter - rowsBefore, rowsAre, amountIs, amountBefore, amountAfter),
    changedDays: changed,
    rowsBefore,
    rowsAfter,
  };
}

function summarize(
  changedDays: number,
  rows: number,
  rowsAre: string,
  amountIs: string | null,
  before: number,
  after: number,
): string {
  if (changedDays === 0) return "Nothing changed: these days were complete.";
  const said = [`${changedDays} ${changedDays === 1 ? "day" : "days"} changed`];
  if (rows !== 0) said.push(`${signed(rows.toLocaleString("en"))} ${rowsAre}`);
  if (amountIs !== null && before > 0 && after !== before) {
    const percent = ((after - before) / before) * 100;
    const shown = Math.abs(percent) < 0.1 ? "less than 0.1" : Math.abs(percent).toFixed(1);
    said.push(`${amountIs} ${percent < 0 ? "−" : "+"}${shown} %`);
  }
  return said.join(", ");
}

const signed = (number: string): string => (number.startsWith("-") ? `−${number.slice(1)}` : `+${number}`);
