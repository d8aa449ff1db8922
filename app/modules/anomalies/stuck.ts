import { weekdayOf } from "./calendar-days.ts";
import type { DailySeries } from "./daily-series.ts";
import { type DayForecast, ownErrors } from "./day-forecast.ts";
import { type Limits, scoreOf } from "./scores.ts";

const LIMITS: Limits = { warning: 2.3, alert: 2.6 };

/** Amounts are exact to a hundredth. */
const CENT = 0.01;

/** Distance from the forecast, in standard deviations, beyond which the chance of a value no longer falls. */
const FARTHEST = 3;

export interface StuckRun {
  score: number;
  /** Days before this one, one after the other, with exactly this value. */
  repeats: number;
}

/**
 * The same value above zero day after day. Each repeat weighs -log10 of its chance: the larger of the forecast's chance of
 * exactly this value and the share of repeats in this series' past. Something on a closed weekday weighs on top.
 * `lately` holds the days just before as they were; it and `value` are in the series' own measure, not in units.
 */
export function stuckRun(
  forecast: DayForecast,
  lately: DailySeries,
  value: number,
  unitsPerOne: number,
  isCount: boolean,
): StuckRun {
  const repeats = repeatsBefore(lately, forecast.today, value);
  if (repeats === 0) return { score: 0, repeats };
  const { series, pattern, level, today } = forecast;
  const before = untilDay(series, today - repeats);
  const repeatShare = shareOfRepeats(before);
  const units = value * unitsPerOne;
  const scatter = Math.max(0.01, 1.4826 * ownErrors(forecast).usual, isCount ? 1 / Math.sqrt(units + 1) : 0);
  const step = ((isCount ? 1 : CENT) * unitsPerOne) / (units + 1);
  let evidence = 0;
  for (let back = 0; back < repeats; back++) {
    const weekday = weekdayOf(today - back);
    const isClosed = pattern.isClosed[weekday]!;
    if (isClosed) evidence -= Math.log10(shareOpen(before, weekday));
    const expectedLog = level + (isClosed ? 0 : pattern.effects[weekday]!);
    const distance = Math.min(FARTHEST, Math.abs(Math.log1p(units) - expectedLog) / scatter);
    const chance = (step / scatter / Math.sqrt(2 * Math.PI)) * Math.exp(-(distance ** 2) / 2);
    evidence -= Math.log10(Math.min(1, Math.max(chance, repeatShare)));
  }
  return { score: scoreOf(evidence, LIMITS), repeats };
}

function repeatsBefore({ days, values }: DailySeries, today: number, value: number): number {
  if (value === 0) return 0;
  let repeats = 0;
  for (let i = days.length - 1; i >= 0 && days[i] === today - repeats - 1 && values[i] === value; i--)
    repeats += 1;
  return repeats;
}

function untilDay({ days, values }: DailySeries, end: number): DailySeries {
  const count = days.findLastIndex((day) => day < end) + 1;
  return { days: days.slice(0, count), values: values.slice(0, count) };
}

/** How often a filled day held exactly the value of the day before; never 0. */
function shareOfRepeats({ days, values }: DailySeries): number {
  let pairs = 0;
  let repeats = 0;
  for (let i = 1; i < days.length; i++) {
    if (values[i] === 0 || days[i] !== days[i - 1]! + 1) continue;
    pairs += 1;
    if (values[i] === values[i - 1]) repeats += 1;
  }
  return (repeats + 0.5) / (pairs + 1);
}

function shareOpen({ days, values }: DailySeries, weekday: number): number {
  let known = 0;
  let filled = 0;
  days.forEach((day, i) => {
    if (weekdayOf(day) !== weekday) return;
    known += 1;
    if (values[i]! > 0) filled += 1;
  });
  return (filled + 0.5) / (known + 1);
}
