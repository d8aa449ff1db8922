import { type Source, sources } from "../connectors/sources.ts";
import { daysBetween, daysEnding } from "../shops/shop-days.ts";
import type { FigureDefinition, Part } from "./dashboard-catalog.ts";
import type { Figure, FigureChart } from "./dashboard-page.ts";
import { type Period, type SourceDays, unsettledFrom } from "./source-days.ts";

type Known = ReadonlyMap<Source, SourceDays>;

/** What a figure is on one day, and which sources should have brought something of it and have not. */
interface FigureOnDay {
  /** Null: nothing can be said of the day. */
  of: number | null;
  per: number | null;
  missing: Source[];
}

/** A figure with those of its parts that this shop has. */
interface Usable {
  definition: FigureDefinition;
  of: readonly Part[];
  per: readonly Part[] | null;
  sources: readonly Source[];
}

/** Why a figure cannot be shown at all: these sources are not there. */
interface Unusable {
  lacks: readonly Source[];
}

const partsOf = ({ of, per = [] }: FigureDefinition): readonly Part[] => [...of, ...per];
const sourcesIn = (parts: readonly Part[]): Source[] => [...new Set(parts.map(({ source }) => source))];

/** A source that is connected, was synced and read, and whose mapping has the measure. */
function hasPart(known: Known, { source, measure }: Part): boolean {
  const one = known.get(source);
  if (!one?.measures || one.throughDay === null) return false;
  return measure === null || one.measures.has(measure);
}

/** Null: the shop has nothing of the figure, which is then not shown at all. */
function readyFigure(definition: FigureDefinition, known: Known): Usable | Unusable | null {
  const all = partsOf(definition);
  const lacking = new Set(all.filter((part) => !hasPart(known, part)).map(({ source }) => source));
  // A source of which only one side of a quotient is known would distort it.
  const usable = (parts: readonly Part[]) => parts.filter(({ source }) => !lacking.has(source));
  const of = usable(definition.of);
  const per = definition.per ? usable(definition.per) : null;
  if (of.length === 0 && (per === null || per.length === 0)) return null;
  const needed = definition.needsAll ? neededBy(definition) : [];
  const lacks = needed.filter((source) => lacking.has(source));
  if (lacks.length > 0) return { lacks };
  if (of.length === 0 || per?.length === 0) return null;
  return { definition, of, per, sources: sourcesIn([...of, ...(per ?? [])]) };
}

/** Of several sources of one kind, as ad platforms are, a shop has those it uses; of others it needs each. */
const neededBy = (definition: FigureDefinition): Source[] =>
  [definition.of, definition.per ?? []].flatMap((side) => {
    const isOneKind =
      side.length > 1 && side.every(({ sign, measure }) => sign === 1 && measure === side[0]!.measure);
    return isOneKind ? [] : sourcesIn(side);
  });

/** A part's number on a day: "none" before its history began or while it is paused, "absent" when it should be there and is not. */
function readPart(known: Known, { source, measure, sign }: Part, day: string): number | "none" | "absent" {
  const one = known.get(source)!;
  if (one.throughDay === null || day > one.throughDay) return one.isPaused ? "none" : "absent";
  if (one.firstDay === null || day < one.firstDay) return "none";
  const read = one.days.get(day);
  if (!read) return "absent";
  if (measure === null) return sign * read.rowCount;
  if (read.rowCount === 0) return 0;
  const total = read.sums[measure];
  return total === undefined || total === null ? "absent" : sign * total;
}

function readDay({ definition, of, per, sources: used }: Usable, known: Known, day: string): FigureOnDay {
  const missing = used.filter((source) =>
    [...of, ...(per ?? [])].some((part) => part.source === source && readPart(known, part, day) === "absent"),
  );
  if (definition.needsAll && missing.length > 0) return { of: null, per: null, missing };
  const add = (parts: readonly Part[]): number | null => {
    const numbers = parts
      .filter(({ source }) => !missing.includes(source))
      .map((part) => readPart(known, part, day))
      .filter((one) => typeof one === "number");
    return numbers.length === 0 ? null : numbers.reduce((total, one) => total + one, 0);
  };
  return { of: add(of), per: per ? add(per) : null, missing };
}

/** Null rather than a quotient by nothing. */
function resultOf(isQuotient: boolean, of: number | null, per: number | null): number | null {
  if (of === null || !isQuotient) return of;
  return per === null || per <= 0 ? null : of / per;
}

export const daysIn = ({ from, to }: Period): string[] => daysEnding(to, daysBetween(from, to) + 1);

interface Total {
  value: number | null;
  /** Days of the period that lack a source, by source. */
  missing: Map<Source, number>;
  problemDays: number;
}

function addUp(usable: Usable, known: Known, period: Period): Total {
  let of: number | null = null;
  let per: number | null = null;
  const missing = new Map<Source, number>();
  let problemDays = 0;
  for (const day of daysIn(period)) {
    const read = readDay(usable, known, day);
    if (usable.sources.some((source) => known.get(source)!.problemDays.has(day))) problemDays += 1;
    for (const source of read.missing) missing.set(source, (missing.get(source) ?? 0) + 1);
    if (usable.per ? read.of === null && read.per === null : read.of === null) continue;
    of = (of ?? 0) + (read.of ?? 0);
    per = (per ?? 0) + (read.per ?? 0);
  }
  return { value: resultOf(usable.per !== null, of, per), missing, problemDays };
}

/** A figure over a period, against the period before. Null: the shop has nothing of it. */
export function totalOf(
  definition: FigureDefinition,
  known: Known,
  { current, previous }: { current: Period; previous: Period },
): Figure | null {
  const ready = readyFigure(definition, known);
  if (ready === null) return null;
  const { key, label, unit, about = null } = definition;
  if ("lacks" in ready)
    return {
      key,
      label,
      unit,
      about,
      value: null,
      change: null,
      missing: [],
      problemDays: 0,
      lacks: ready.lacks.map(labelOf),
    };
  const now = addUp(ready, known, current);
  const reachesBack = ready.sources.every((source) => {
    const { firstDay } = known.get(source)!;
    return firstDay !== null && firstDay <= previous.from;
  });
  return {
    key,
    label,
    unit,
    about,
    value: now.value,
    change: reachesBack ? changeFrom(addUp(ready, known, previous), now) : null,
    missing: [...now.missing].map(([source, days]) => ({ label: labelOf(source), days })),
    problemDays: now.problemDays,
    lacks: [],
  };
}

/** Null where a period lacks something, may be wrong, or was nothing before: such a change would be no news of the shop. */
function changeFrom(before: Total, now: Total): number | null {
  const isSound = [before, now].every(({ missing, problemDays }) => missing.size === 0 && problemDays === 0);
  if (!isSound || now.value === null || before.value === null || before.value <= 0) return null;
  return now.value / before.value - 1;
}

/** A figure day by day. Null where it cannot be shown. */
export function chartOf(
  definition: FigureDefinition,
  known: Known,
  { period, today, title }: { period: Period; today: string; title: string },
): FigureChart | null {
  const ready = readyFigure(definition, known);
  if (ready === null || "lacks" in ready) return null;
  const values: FigureChart["values"] = [];
  const notes: FigureChart["notes"] = {};
  for (const day of daysIn(period)) {
    const { of, per, missing } = readDay(ready, known, day);
    values.push(resultOf(ready.per !== null, of, per));
    const problems = ready.sources.filter((source) => known.get(source)!.problemDays.has(day));
    if (missing.length > 0 || problems.length > 0)
      notes[day] = { missing: missing.map(labelOf), problems: problems.map(labelOf) };
  }
  const unsettled = ready.sources.map((source) => unsettledFrom(source, today)).filter((day) => day !== null);
  const first = unsettled.sort()[0] ?? period.from;
  return {
    key: definition.key,
    title,
    unit: definition.unit,
    values,
    provisionalFrom: first > period.to ? null : first,
    notes,
  };
}

const labelOf = (source: Source): string => sources[source].label;
