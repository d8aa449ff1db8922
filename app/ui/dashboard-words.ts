import type { FigureUnit } from "../modules/dashboards/dashboard-catalog.ts";
import type {
  DashboardListEntry,
  DashboardSource,
  Figure,
  FigureChart,
} from "../modules/dashboards/dashboard-page.ts";
import type { ShopView } from "../modules/health/pages.ts";
import { counted, displayLocale, formatDay, formatList, plainSpaces } from "./format.ts";
import type { BadgeWords } from "./health-words.ts";

/** Amounts from here on are read without cents. */
const WITHOUT_CENTS = 1000;

/** "1,204", "$1,204", "$54.20", "3.21", "2.4%"; short for an axis: "12K", "$1.2K". "—" where nothing can be said. */
export function formatFigure(
  value: number | null,
  unit: FigureUnit,
  view: ShopView,
  isShort = false,
): string {
  if (value === null) return "—";
  const format = new Intl.NumberFormat(displayLocale(view.locale), optionsFor(value, unit, view, isShort));
  return plainSpaces(format.format(value));
}

function optionsFor(
  value: number,
  unit: FigureUnit,
  view: ShopView,
  isShort: boolean,
): Intl.NumberFormatOptions {
  const money = { style: "currency", currency: view.currency } as const;
  const short = { notation: "compact", minimumFractionDigits: 0, maximumFractionDigits: 1 } as const;
  switch (unit) {
    case "count":
      return isShort ? short : { maximumFractionDigits: 0 };
    case "money":
      if (isShort) return { ...money, ...short };
      if (value === 0) return { ...money, minimumFractionDigits: 0 };
      return Math.abs(value) < WITHOUT_CENTS
        ? money
        : { ...money, minimumFractionDigits: 0, maximumFractionDigits: 0 };
    case "ratio":
      return { minimumFractionDigits: isShort ? 0 : 2, maximumFractionDigits: 2 };
    case "percent":
      return { style: "percent", maximumFractionDigits: isShort ? 1 : 2 };
  }
}

/** "+4.2%", "−12%", "0.0%": a change is neither good nor bad by itself. */
export const formatChange = (change: number, view: ShopView): string =>
  plainSpaces(
    new Intl.NumberFormat(displayLocale(view.locale), {
      style: "percent",
      signDisplay: "exceptZero",
      minimumFractionDigits: Math.abs(change) < 0.1 ? 1 : 0,
      maximumFractionDigits: Math.abs(change) < 0.1 ? 1 : 0,
    }).format(change),
  ).replace("-", "−");

/** What stands under a figure: its change, or what it is without. */
export function remarkOn(figure: Figure, length: number, view: ShopView): string {
  if (figure.lacks.length > 0) return `Not known without ${formatList(figure.lacks)}`;
  if (figure.missing.length > 0)
    return `Without ${formatList(figure.missing.map(({ label, days }) => `${counted(days, "day")} of ${label}`))}`;
  if (figure.problemDays > 0) return `With ${counted(figure.problemDays, "day")} that may be wrong`;
  if (figure.value === null) return "Nothing to divide by yet";
  if (figure.change === null) return "No comparable days before";
  return `${formatChange(figure.change, view)} on the ${length} days before`;
}

export interface DayOfChart {
  day: string;
  value: number | null;
  isProvisional: boolean;
  missing: readonly string[];
  problems: readonly string[];
}

/** A chart's days with what is known of each. */
export const daysOf = (
  { values, provisionalFrom, notes }: FigureChart,
  days: readonly string[],
): DayOfChart[] =>
  days.map((day, index) => ({
    day,
    value: values[index] ?? null,
    isProvisional: provisionalFrom !== null && day >= provisionalFrom,
    missing: notes[day]?.missing ?? [],
    problems: notes[day]?.problems ?? [],
  }));

/** What is to be said of a day besides its number. */
export function noteOnDay({ value, isProvisional, missing, problems }: DayOfChart): string {
  const notes = [
    missing.length === 0
      ? ""
      : value === null
        ? `No data of ${formatList(missing)} yet`
        : `Without ${formatList(missing)}`,
    problems.length > 0 ? `Open problem with ${formatList(problems)}` : "",
    isProvisional && value !== null ? "May still change" : "",
  ];
  return notes.filter(Boolean).join("; ");
}

/** "Nov 12: $1,204. May still change" */
export function dayOfChartInWords(one: DayOfChart, unit: FigureUnit, view: ShopView): string {
  const note = noteOnDay(one);
  const value = one.value === null ? "no number" : formatFigure(one.value, unit, view);
  return `${formatDay(one.day, view)}: ${value}${note ? `. ${note}` : ""}`;
}

/** A chart in one sentence, for those who do not see it; its table has the days. */
export function chartInWords(
  { title, unit }: FigureChart,
  days: readonly DayOfChart[],
  view: ShopView,
): string {
  const values = days.flatMap(({ value }) => value ?? []);
  const span = `${title}, ${formatDay(days[0]!.day, view)} to ${formatDay(days.at(-1)!.day, view)}`;
  if (values.length === 0) return `${span}: no number yet.`;
  const count = (is: (day: DayOfChart) => boolean) => days.filter(is).length;
  const asides = [
    [count(({ value }) => value === null), "without a number"],
    [count(({ value, missing }) => value !== null && missing.length > 0), "without one of the sources"],
    [count(({ problems }) => problems.length > 0), "with an open problem"],
    [count(({ value, isProvisional }) => value !== null && isProvisional), "that may still change"],
  ] as const;
  const told = asides.filter(([many]) => many > 0).map(([many, words]) => `${counted(many, "day")} ${words}`);
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) =>
    formatFigure(value, unit, view),
  );
  const range = low === high ? low : `between ${low} and ${high} a day`;
  return `${span}: ${range}${told.length > 0 ? `; ${formatList(told)}` : ""}.`;
}

/** What a dashboard's badge says; nothing is up to date while nobody checks. */
export function dashboardBadge(
  { state, sources }: Pick<DashboardListEntry, "state" | "sources">,
  isStale: boolean,
): BadgeWords {
  if (state.blocked) return { tone: "critical", label: "Paused" };
  if (sources.length === 0) return { tone: "neutral", label: "Not set up" };
  if (sources.every(({ neverSynced }) => neverSynced)) return { tone: "info", label: "Waiting for data" };
  if (isStale) return { tone: "neutral", label: "Not checked" };
  if (sources.some(({ isLate }) => isLate)) return { tone: "warning", label: "Partly behind" };
  if (sources.some(isTroubled)) return { tone: "attention", label: "Open problems" };
  return { tone: "success", label: "Up to date" };
}

const isTroubled = ({ status, openIncidents }: DashboardSource): boolean =>
  openIncidents > 0 && (status === "delayed" || status === "error");

/** Sources that do not hold a dashboard back, but whose numbers end sooner or may be wrong. */
export const behindAmong = (sources: readonly DashboardSource[]) => sources.filter(({ isLate }) => isLate);
export const troubledAmong = (sources: readonly DashboardSource[]) =>
  sources.filter((source) => !source.isLate && isTroubled(source));

/** How long a source may restate its figures. */
export function settlingInWords({ settledAfterDays }: DashboardSource): string {
  if (settledAfterDays === null) return "Its figures may change at any time";
  return `Its figures settle within ${counted(settledAfterDays, "day")}`;
}
