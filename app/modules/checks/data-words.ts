import type { Source } from "../connectors/sources.ts";
import { dayBefore, weekdayOf } from "../shops/shop-days.ts";
import type { DaySpan } from "./data-facts.ts";

/** One and several of what a source's rows are. */
const rowWords: Partial<Record<Source, readonly [string, string]>> = {
  shopify_orders: ["order", "orders"],
  shopify_refunds: ["refund", "refunds"],
  recharge: ["charge", "charges"],
};

const measureWords: Readonly<Record<string, string>> = {
  total_price: "in sales",
  amount: "in refunds",
  spend: "of spend",
  revenue: "in revenue",
  total_discounts: "in discounts",
  total_tax: "in tax",
};
const moneyMeasures: ReadonlySet<string> = new Set(Object.keys(measureWords));
export const isMoney = (measure: string): boolean => moneyMeasures.has(measure);

/** "1 order", "1,204 rows" */
export function countRows(source: Source, count: number): string {
  const [one, many] = rowWords[source] ?? ["row", "rows"];
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}

/** What a source's rows are called: "orders". */
export const rowsOf = (source: Source): string => rowWords[source]?.[1] ?? "rows";

/** A measure's column in words: "total price". */
export const measureName = (measure: string): string => measure.replaceAll("_", " ");

/** "$1,204", "1,204": money has no cents here, a chart's axis would not show them either. */
export function formatMeasure(measure: string, value: number, currency: string): string {
  if (!isMoney(measure)) return value.toLocaleString("en-US", { maximumFractionDigits: value < 10 ? 1 : 0 });
  return moneyFormat(currency, value < 10 && value > 0 ? 2 : 0).format(value);
}

const moneyFormats = new Map<string, Intl.NumberFormat>();

/** Kept, because making one takes longer than judging a day. */
function moneyFormat(currency: string, digits: number): Intl.NumberFormat {
  const key = `${currency} ${digits}`;
  const known = moneyFormats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat("en-US", {
    style: "currency",
    currency,
    maximumFractionDigits: digits,
    minimumFractionDigits: 0,
  });
  moneyFormats.set(key, made);
  return made;
}

/** "$1,204 of spend", "1,204 sessions" */
export const nameMeasure = (measure: string, value: number, currency: string): string =>
  `${formatMeasure(measure, value, currency)} ${measureWords[measure] ?? measureName(measure)}`;

/** "95–140", "up to 140", "at least 95" */
export function formatRange(low: number, high: number | null, format: (value: number) => string): string {
  if (high === null) return `at least ${format(low)}`;
  return low <= 0 ? `up to ${format(high)}` : `${format(low)}–${format(high)}`;
}

const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** "Tuesday" */
export const nameWeekday = (day: string): string => weekdays[weekdayOf(day) - 1]!;

/** "Tuesday 17 Nov" */
export function nameDay(day: string): string {
  const [, month, dayOfMonth] = day.split("-").map(Number);
  return `${nameWeekday(day)} ${dayOfMonth} ${months[month! - 1]}`;
}

const nameDate = (day: string): string => nameDay(day).replace(/^\w+ /, "");

/** Days that follow one another as one span, oldest first: "17 Nov", "17 Nov to 19 Nov", "17 Nov and 3 more". */
export function nameDays(days: readonly string[]): string {
  const spans = spansOf(days);
  const [first, ...others] = spans;
  if (!first) return "";
  const words =
    first.from === first.to ? nameDate(first.from) : `${nameDate(first.from)} to ${nameDate(first.to)}`;
  const more = days.filter((day) => others.some(({ from, to }) => from <= day && day <= to)).length;
  return more === 0 ? words : `${words} and ${more} more`;
}

/** Days joined where they touch, oldest first. */
export function spansOf(days: readonly string[]): DaySpan[] {
  const spans: DaySpan[] = [];
  for (const day of [...new Set(days)].sort()) {
    const last = spans.at(-1);
    if (last && dayBefore(day) === last.to) last.to = day;
    else spans.push({ from: day, to: day });
  }
  return spans;
}
