import { expect, it } from "vitest";
import { checksOf } from "../app/modules/checks/check-names.ts";
import { dueThroughOf, shapeOf } from "../app/modules/checks/data-basis.ts";
import type {
  CheckVerdict,
  DataFacts,
  DayOfData,
  Finding,
  PriorVerdict,
} from "../app/modules/checks/data-facts.ts";
import { judgeData } from "../app/modules/checks/judge-data.ts";
import type { Source } from "../app/modules/connectors/sources.ts";
import type { SourceMapping } from "../app/modules/profiles/mapping.ts";
import { rowsBetween } from "./airbyte/load-rows.ts";
import { type SourceKind, sourceKinds, type WarehouseTable } from "./airbyte/source-kinds.ts";
import { columnsOf } from "./airbyte/warehouse.ts";
import { demoMapping } from "./demo-mapping.ts";
import { demoShops } from "./seed/demo-shops.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** The history that the demo starts with ends here; what comes after is judged day by day. */
const firstMorning = Date.parse("2026-07-20T06:00:00Z");
const historyDays = 120;
const quietDays = 120;

const tables: readonly WarehouseTable[] = Object.values<SourceKind>(sourceKinds).flatMap(
  (kind) => kind.tables,
);
const shops = demoShops.filter(({ isNew }) => !isNew);

interface History {
  days: DayOfData[];
  hours: { hour: string; count: number }[];
}

/** What the profiles of a table would hold, by UTC days: the rows that a sync would load, summed here instead of in SQL. */
function historyOf(shop: (typeof shops)[number], table: WarehouseTable, mapping: SourceMapping): History {
  const from = firstMorning - (firstMorning % dayMs) - historyDays * dayMs;
  const until = firstMorning + quietDays * dayMs;
  const columns = columnsOf(table).slice(1);
  const place = (column: string) => columns.indexOf(column);
  const measures = Object.entries(mapping.measures).map(
    ([name, { column }]) => [name, place(column)] as const,
  );
  const categories = Object.entries(mapping.categories).map(
    ([name, column]) => [name, place(column)] as const,
  );
  const time = place(mapping.time.column);
  const days = new Map<string, DayOfData>();
  const hours = new Map<string, number>();
  for (let at = from; at < until; at += dayMs) {
    const day = new Date(at).toISOString().slice(0, 10);
    days.set(day, emptyDay(day, measures, categories));
    if (table.grain === "record")
      for (let hour = 0; hour < 24; hour += 1) hours.set(`${day} ${String(hour).padStart(2, "0")}`, 0);
  }
  for (const row of rowsBetween(
    table,
    { ...shop, shopDomain: shop.domain },
    new Date(from),
    new Date(until),
  )) {
    const value = row[time]!;
    const text = value instanceof Date ? value.toISOString() : String(value);
    const day = days.get(text.slice(0, 10)) as Mutable | undefined;
    if (!day) continue;
    day.rowCount += 1;
    day.highestRows += 1;
    for (const [name, index] of measures) {
      const measure = day.measures[name]!;
      measure.sum = (measure.sum ?? 0) + Number(row[index]);
      measure.count += 1;
    }
    for (const [name, index] of categories)
      day.categories[name]![String(row[index])] = (day.categories[name]![String(row[index])] ?? 0) + 1;
    if (value instanceof Date) {
      const hour = text.slice(0, 13).replace("T", " ");
      hours.set(hour, (hours.get(hour) ?? 0) + 1);
    }
  }
  return { days: [...days.values()], hours: [...hours].map(([hour, count]) => ({ hour, count })) };
}

type Mutable = { -readonly [key in keyof DayOfData]: DayOfData[key] } & {
  categories: Record<string, Record<string, number>>;
};

const emptyDay = (
  day: string,
  measures: readonly (readonly [string, number])[],
  categories: readonly (readonly [string, number])[],
): DayOfData => ({
  day,
  rowCount: 0,
  duplicateKeys: 0,
  nullKeys: 0,
  foreignRows: 0,
  measures: Object.fromEntries(
    measures.map(([name]) => [name, { sum: 0, count: 0, nulls: 0, negatives: 0 }]),
  ),
  categories: Object.fromEntries(categories.map(([name]) => [name, {}])),
  profiledAt: new Date(`${day}T23:59:59Z`),
  highestRows: 0,
});

/** What is known when a sync has ended after all that there is. */
const factsOn = (source: Source, mapping: SourceMapping, { days, hours }: History): DataFacts => ({
  source,
  currency: "USD",
  shape: shapeOf(mapping),
  days,
  hours,
  hasRows: true,
  dueThrough: days.at(-1)?.day ?? null,
  dueThroughHour: hours.at(-1)?.hour ?? null,
  expected: [],
  incidents: [],
  settled: [],
  recentRuns: Array.from({ length: 40 }, () => 12),
  prior: new Map(),
  held: null,
  isFullPass: false,
});

const priorOf = (verdicts: readonly CheckVerdict[], basisAt: Date): Map<string, PriorVerdict> =>
  new Map(
    verdicts.map(({ check, judgedThrough, failing, outcome, shown }) => [
      check,
      { basisAt, judgedThrough, failing, outcome, shown, held: null },
    ]),
  );

/** Judges every morning of the quiet days with what was known then. Returns what was found for the first time. */
function judgeEveryMorning(source: Source, mapping: SourceMapping, { days, hours }: History): Finding[] {
  const wanted = new Set<string>(checksOf(source));
  const seen = new Set<string>();
  const found: Finding[] = [];
  let prior = new Map<string, PriorVerdict>();
  for (let morning = firstMorning; morning < firstMorning + quietDays * dayMs; morning += dayMs) {
    const today = new Date(morning).toISOString().slice(0, 10);
    const hour = new Date(morning - hourMs).toISOString().slice(0, 13).replace("T", " ");
    const failing = [...prior.values()].flatMap((verdict) => verdict.failing);
    const known = {
      days: days.filter(({ day }) => day < today),
      hours: hours.filter((one) => one.hour <= hour).slice(-60 * 24),
    };
    const facts: DataFacts = {
      ...factsOn(source, mapping, known),
      dueThrough: dueThroughOf(source, new Date(morning), "UTC"),
      incidents: failing.map(({ subject }) => ({ from: subject.slice(0, 10), to: subject.slice(0, 10) })),
      prior: prior as DataFacts["prior"],
    };
    const verdicts = judgeData(facts, wanted);
    for (const { check, failing: findings } of verdicts) {
      for (const finding of findings) {
        const name = `${check} ${finding.subject}`;
        if (!seen.has(name)) found.push(finding);
        seen.add(name);
      }
    }
    prior = priorOf(verdicts, new Date(morning));
  }
  return found;
}

it("four quiet months of every demo shop, judged every morning, raise less than one finding per series and year", () => {
  const found = shops.flatMap((shop) =>
    tables.flatMap((table) => {
      const source = table.table as Source;
      const mapping = demoMapping[source];
      if (!mapping) throw new Error(`no mapping of ${source}`);
      return judgeEveryMorning(source, mapping, historyOf(shop, table, mapping)).map(
        ({ severity, sentence }) => `${shop.state} ${source} ${severity} ${sentence}`,
      );
    }),
  );
  const seriesYears = (shops.length * tables.length * quietDays) / 365;
  expect(seriesYears).toBeGreaterThan(15);
  expect(found.length / seriesYears, found.join("\n")).toBeLessThan(1);
  expect(found.filter((one) => one.includes(" critical "))).toEqual([]);
}, 300_000);

/** The day without a share of its rows, taken evenly. */
function losing(share: number, day: DayOfData): DayOfData {
  const keep = (value: number) => Math.round(value * (1 - share));
  const kept = <T, U>(of: Readonly<Record<string, T>>, change: (value: T) => U) =>
    Object.fromEntries(Object.entries(of).map(([name, value]) => [name, change(value)]));
  return {
    ...day,
    rowCount: keep(day.rowCount),
    measures: kept(day.measures, (measure) => ({
      ...measure,
      sum: (measure.sum ?? 0) * (1 - share),
      count: keep(measure.count),
    })),
    categories: kept(day.categories, (counts) => kept(counts, keep)),
  };
}

// A loss of 30 % is within chance for a shop of 120 orders a day; one of 960 shows it.
it.each([
  ["large", 0.3],
  ["healthy", 0.5],
  ["healthy", 0.8],
])("the %s shop: any of 40 days that lost %d of its orders is told, once", (state, share) => {
  const shop = shops.find((one) => one.state === state)!;
  const table = tables.find((one) => one.table === "shopify_orders")!;
  const mapping = demoMapping.shopify_orders!;
  const { days } = historyOf(shop, table, mapping);
  for (let count = days.length - 40; count < days.length; count += 1) {
    const [before, last] = [days.slice(0, count), days[count]!];
    const facts = factsOn("shopify_orders", mapping, { days: [...before, losing(share, last)], hours: [] });
    const failed = judgeData(facts, new Set(checksOf("shopify_orders"))).filter(({ severity }) => severity);
    expect(
      failed.map(({ check, failing }) => [check, failing[0]?.subject]),
      last.day,
    ).toEqual([["row_count_drop", last.day]]);
  }
});

it.each(["healthy", "large"])(
  "the %s shop: any five days in a row that lose 0.4 of their orders are told, each of them",
  (state) => {
    const shop = shops.find((one) => one.state === state)!;
    const table = tables.find((one) => one.table === "shopify_orders")!;
    const mapping = demoMapping.shopify_orders!;
    const wanted = new Set<string>(checksOf("shopify_orders"));
    const { days } = historyOf(shop, table, mapping);
    for (let count = days.length - 60; count < days.length; count += 1) {
      const known = days.slice(0, count);
      const facts = factsOn("shopify_orders", mapping, { days: known, hours: [] });
      const basisAt = known.at(-1)!.profiledAt;
      const prior = priorOf(judgeData(facts, wanted), basisAt) as DataFacts["prior"];
      const hit = known.map((day, index) => {
        const isLost = index >= count - 6 && index < count - 1;
        return isLost ? { ...losing(0.4, day), profiledAt: new Date(basisAt.getTime() + dayMs) } : day;
      });
      const verdicts = judgeData({ ...facts, days: hit, prior }, wanted);
      const told = verdicts.find(({ check }) => check === "row_count_drop")!;
      expect(told.failing.length, `up to ${known.at(-2)!.day}`).toBe(5);
    }
  },
);
