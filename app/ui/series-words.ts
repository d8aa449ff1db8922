import type { ChartPoint, SeriesChart } from "../modules/checks/series-chart.ts";
import { counted, displayLocale, type Formatting, formatDay, plainSpaces } from "./format.ts";

type Unit = SeriesChart["unit"];

/** "1,204", "$1,204", "$9.50"; short for an axis: "1.2K", "$12K". */
export function formatAmount(value: number, unit: Unit, view: Formatting, isShort = false): string {
  const isWhole = Number.isInteger(value);
  const fractions = isWhole ? 0 : unit.kind === "money" ? (Math.abs(value) < 10 ? 2 : 0) : 1;
  const options: Intl.NumberFormatOptions = {
    ...(unit.kind === "money" ? { style: "currency", currency: unit.currency } : {}),
    ...(isShort ? { notation: "compact", maximumFractionDigits: 1 } : { maximumFractionDigits: fractions }),
    minimumFractionDigits: !isShort && fractions === 2 ? 2 : 0,
  };
  return plainSpaces(new Intl.NumberFormat(displayLocale(view.locale), options).format(value));
}

/** "88–144", "up to 12", "at least 40"; "not known yet" while there is too little history. */
export function expectedInWords(
  { expectedLow, expectedHigh }: Pick<ChartPoint, "expectedLow" | "expectedHigh">,
  unit: Unit,
  view: Formatting,
): string {
  // Whole records are counted; the edges of what is usual for an amount need no cents.
  const amount = (value: number) => formatAmount(value >= 10 ? Math.round(value) : value, unit, view);
  if (expectedLow === null) return "not known yet";
  if (expectedHigh === null) return expectedLow > 0 ? `at least ${amount(expectedLow)}` : "anything";
  return expectedLow > 0 ? `${amount(expectedLow)}–${amount(expectedHigh)}` : `up to ${amount(expectedHigh)}`;
}

function unusualInWords({ kind, tier }: NonNullable<ChartPoint["unusual"]>): string {
  const far = tier === "high" ? "Far " : "";
  const words = {
    drop: `${far}less than usual`,
    rise: `${far}more than usual`,
    zero: "nothing, which is unusual",
    stuck: "the same value again",
    double: "perhaps loaded twice",
  }[kind];
  return words.replace(/^./, (first) => first.toUpperCase());
}

/** What is to be said of a day besides its numbers. */
export function noteOf(
  { day, state, unusual }: ChartPoint,
  { provisionalFrom, marked }: { provisionalFrom: string | null; marked: readonly string[] },
): string {
  const notes = [
    state === "missing" ? "No data" : "",
    state === "expected" ? "Expected to be unusual" : "",
    state === "not_judged" ? "Holds values that cannot be" : "",
    unusual ? unusualInWords(unusual) : "",
    marked.includes(day) ? "Part of this problem" : "",
    provisionalFrom !== null && day >= provisionalFrom ? "May still change" : "",
  ];
  return notes.filter(Boolean).join("; ");
}

/** "Nov 12: 61, expected 88–144. Less than usual" */
export function pointInWords(
  point: ChartPoint,
  { unit, provisionalFrom }: Pick<SeriesChart, "unit" | "provisionalFrom">,
  marked: readonly string[],
  view: Formatting,
): string {
  const value = point.value === null ? "no data" : formatAmount(point.value, unit, view);
  const expected = point.expectedLow === null ? "" : `, expected ${expectedInWords(point, unit, view)}`;
  const note = noteOf(point, { provisionalFrom, marked });
  return `${formatDay(point.day, view)}: ${value}${expected}${note ? `. ${note}` : ""}`;
}

/** A chart in one sentence, for those who do not see it; its table has the days. */
export function seriesInWords({ title, unit, points }: SeriesChart, view: Formatting): string {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return `${title}: no whole day yet.`;
  const unusual = points.filter((point) => point.unusual).length;
  const missing = points.filter(({ state }) => state === "missing").length;
  const value = last.value === null ? "no data" : formatAmount(last.value, unit, view);
  return [
    `${title}, ${formatDay(first.day, view)} to ${formatDay(last.day, view)}: `,
    `${value} on the last day, expected ${expectedInWords(last, unit, view)}; `,
    `${unusual === 0 ? "no unusual day" : counted(unusual, "unusual day")}`,
    missing === 0 ? "." : `, ${counted(missing, "day")} without data.`,
  ].join("");
}
