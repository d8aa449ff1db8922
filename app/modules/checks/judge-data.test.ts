import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Source } from "../connectors/sources.ts";
import { dayBefore, weekdayOf } from "../shops/shop-days.ts";
import { checksOf } from "./check-names.ts";
import type { CheckVerdict, DataFacts, DayOfData, PriorVerdict } from "./data-facts.ts";
import { tellIncident } from "./data-incident-words.ts";
import { judgeData } from "./judge-data.ts";

/** A Tuesday. */
const lastDay = "2026-11-17";
const today = "2026-11-18";
const back = (days: number) => dayBefore(lastDay, days);
const earlier = new Date("2026-11-18T06:00:00Z");
const later = new Date("2026-11-18T07:00:00Z");

/** Noise of a few per cent that follows from the day alone. */
function noiseOf(day: string): number {
  let seed = 2166136261;
  for (const character of day) seed = Math.imul(seed ^ character.charCodeAt(0), 16777619);
  return ((seed >>> 8) % 1000) / 1000 - 0.5;
}

function dayOf(day: string, rows: number): DayOfData {
  const online = Math.round(rows * 0.7);
  return {
    day,
    rowCount: rows,
    duplicateKeys: 0,
    nullKeys: 0,
    foreignRows: 0,
    measures: {
      total_price: { sum: rows * 70 * (1 + 0.04 * noiseOf(`${day}m`)), count: rows, nulls: 0, negatives: 0 },
    },
    categories: { channel: { online, pos: rows - online } },
    profiledAt: earlier,
    highestRows: rows,
  };
}

/** 120 days of a shop with about 120 orders a day, more on weekends. */
const ordinaryDays = (level = 120): DayOfData[] =>
  Array.from({ length: 121 }, (_, index) => back(119 - index)).map((day) =>
    dayOf(day, Math.round(level * (weekdayOf(day) > 5 ? 1.25 : 0.95) * (1 + 0.16 * noiseOf(day)))),
  );

function orders(
  change: (days: DayOfData[]) => DayOfData[] = (days) => days,
  more: Partial<DataFacts> = {},
): DataFacts {
  return {
    source: "shopify_orders",
    currency: "USD",
    shape: {
      grain: "record",
      mainMeasure: "total_price",
      measures: { total_price: { isNonNegative: true, isRequired: true } },
      identities: {},
    },
    days: change(ordinaryDays()),
    hours: [],
    hasRows: true,
    dueThrough: lastDay,
    dueThroughHour: null,
    expected: [],
    incidents: [],
    settled: [],
    recentRuns: Array.from({ length: 40 }, () => 12),
    prior: new Map(),
    held: null,
    isFullPass: false,
    ...more,
  };
}

const on = (day: string, change: (day: DayOfData) => Partial<DayOfData>) => (days: DayOfData[]) =>
  days.map((one) => (one.day === day ? { ...one, ...change(one) } : one));
const keeping = (share: number) => (day: DayOfData) => ({
  ...dayOf(day.day, Math.round(day.rowCount * share)),
  highestRows: day.rowCount,
});
const all = (source: Source = "shopify_orders") => new Set<string>(checksOf(source));
const judge = (facts: DataFacts) => judgeData(facts, all(facts.source));
const failed = (verdicts: readonly CheckVerdict[]) =>
  verdicts.filter(({ severity }) => severity).map(({ check, severity }) => [check, severity]);
const of = (verdicts: readonly CheckVerdict[], check: string) => verdicts.find((one) => one.check === check)!;
const priorOf = (verdicts: readonly CheckVerdict[]): ReadonlyMap<CheckVerdict["check"], PriorVerdict> =>
  new Map(
    verdicts.map(({ check, judgedThrough, failing, outcome, shown }) => [
      check,
      { basisAt: earlier, judgedThrough, failing, outcome, shown, held: null },
    ]),
  );

describe("Shopify Orders, about 120 a day", () => {
  it("on an ordinary day passes every check", () => {
    const verdicts = judge(orders());
    expect(failed(verdicts)).toEqual([]);
    expect(of(verdicts, "row_count_drop").outcome).toBe("passed");
  });

  it("whose day was loaded twice is told by its keys; where no key is mapped, the totals suspect it", () => {
    const twice = (day: DayOfData): Partial<DayOfData> => ({
      ...dayOf(day.day, 2 * day.rowCount),
      duplicateKeys: day.rowCount,
    });
    const doubled = orders(on(lastDay, twice));
    expect(failed(judge(doubled))).toContainEqual(["duplicate_primary_key", "high"]);
    expect(failed(judge(doubled)).map(([check]) => check)).not.toContain("volume_anomaly");
    const unkeyed = (facts: DataFacts): DataFacts => ({
      ...facts,
      days: facts.days.map((day) => ({ ...day, duplicateKeys: null, nullKeys: null })),
    });
    const verdicts = judge(unkeyed(doubled));
    expect(failed(verdicts)).toEqual([["volume_anomaly", "warning"]]);
    expect(of(verdicts, "volume_anomaly").shown!.sentence).toMatch(
      /^Tuesday 17 Nov: 2\d\d orders, about 1\d\d was to be expected\. The day may have been loaded twice\.$/,
    );
    expect(failed(judge(unkeyed(orders())))).toEqual([]);
  });

  it.each([
    [0.5, "warning"],
    [0.2, "high"],
  ])("with a day that kept %s of its rows is told once, by the rows", (share, least) => {
    const verdicts = judge(orders(on(lastDay, keeping(share))));
    expect(failed(verdicts).map(([check]) => check)).toEqual(["row_count_drop"]);
    expect([least, "high"]).toContain(of(verdicts, "row_count_drop").severity);
    expect(of(verdicts, "row_count_drop").shown!.sentence).toMatch(
      /^Tuesday 17 Nov: \d+ orders, usually \d+–\d+ on a Tuesday\.$/,
    );
    expect(tellIncident("shopify_orders", of(verdicts, "row_count_drop"))).toMatchObject({
      title: "Shopify Orders: fewer orders than usual",
      firstDay: lastDay,
      lastDay,
    });
  });

  it("with a day without orders is critical", () => {
    expect(failed(judge(orders(on(lastDay, keeping(0)))))).toEqual([["zero_orders", "critical"]]);
  });

  it("with a duplicate key or a negative price is high at once, whichever day it is on", () => {
    const twice = judge(orders(on(back(40), () => ({ duplicateKeys: 2 }))));
    expect(failed(twice)).toEqual([["duplicate_primary_key", "high"]]);
    expect(of(twice, "duplicate_primary_key").shown!.sentence).toBe(
      "Thursday 8 Oct: 2 orders are there twice or more.",
    );
    const negative = judge(
      orders(
        on(today, (day) => ({ measures: { total_price: { ...day.measures.total_price!, negatives: 1 } } })),
      ),
    );
    expect(failed(negative)).toEqual([["negative_values", "high"]]);
    expect(of(negative, "negative_values").shown!.sentence).toBe(
      "Wednesday 18 Nov: 1 order with a negative total price.",
    );
  });

  it("with an empty table is told once, as critical", () => {
    const gone = (days: DayOfData[]) => days.map((day) => (day.day > back(90) ? dayOf(day.day, 0) : day));
    expect(failed(judge(orders(gone, { hasRows: false })))).toEqual([["empty_table", "critical"]]);
    expect(failed(judge(orders(() => [], { hasRows: false, dueThrough: null })))).toEqual([]);
  });

  it("with rows of another shop is critical, and names none", () => {
    const verdicts = judge(orders(on(back(3), () => ({ foreignRows: 4 }))));
    expect(failed(verdicts)).toEqual([["tenant_isolation", "critical"]]);
    expect(of(verdicts, "tenant_isolation").shown!.sentence).not.toMatch(/shop|store/i);
  });

  it("whose prices are missing in a third of a day's rows is high", () => {
    const verdicts = judge(
      orders(
        on(lastDay, (day) => ({
          measures: { total_price: { ...day.measures.total_price!, nulls: Math.round(day.rowCount / 3) } },
        })),
      ),
    );
    expect(failed(verdicts)).toEqual([["null_rate", "high"]]);
  });

  it("whose mix of channels turns over is a warning", () => {
    const verdicts = judge(
      orders(on(lastDay, (day) => ({ categories: { channel: { pos: day.rowCount } } }))),
    );
    expect(failed(verdicts)).toContainEqual(["distribution_drift", "warning"]);
    expect(of(verdicts, "distribution_drift").shown!.sentence).toMatch(
      /the channel (online|pos) made \d+ % of the rows/,
    );
  });

  it("whose last syncs were empty is a warning, then high", () => {
    const runs = (empty: number) =>
      orders(undefined, {
        recentRuns: [...Array.from({ length: empty }, () => 0), ...Array.from({ length: 40 }, () => 12)],
      });
    expect(of(judge(runs(1)), "zero_row_sync").severity).toBeNull();
    expect(of(judge(runs(2)), "zero_row_sync").severity).toBe("warning");
    expect(of(judge(runs(4)), "zero_row_sync").severity).toBe("high");
  });

  it("is learning in its first fortnight, and judged by what needs no history all the same", () => {
    const young = (days: DayOfData[]) => days.slice(-8);
    const verdicts = judge(orders(young, { recentRuns: [3] }));
    expect(failed(verdicts)).toEqual([]);
    expect(of(verdicts, "row_count_drop").outcome).toBe("learning");
    expect(of(verdicts, "null_rate").outcome).toBe("learning");
    expect(of(verdicts, "duplicate_primary_key").outcome).toBe("passed");
  });
});

describe("which days are judged", () => {
  it("no day before a successful sync has ended after it", () => {
    const facts = orders(on(lastDay, keeping(0)), { dueThrough: back(1) });
    expect(failed(judge(facts))).toEqual([]);
    expect(judge(orders(undefined, { dueThrough: null })).every(({ severity }) => severity === null)).toBe(
      true,
    );
  });

  it("at first sight the last day; an older loss is history", () => {
    expect(failed(judge(orders(on(back(0), keeping(0.2)))))).toEqual([["row_count_drop", "high"]]);
    expect(failed(judge(orders(on(back(1), keeping(0.2)))))).toEqual([]);
  });

  it("every day that became due since the last evaluation", () => {
    const before = priorOf(judge(orders(undefined, { dueThrough: back(3) })));
    const lost = (days: DayOfData[]) => on(back(2), keeping(0.2))(days);
    expect(failed(judge(orders(lost, { prior: before })))).toEqual([["row_count_drop", "high"]]);
  });

  it("a settled day that loses rows later is judged again, because its numbers changed", () => {
    const before = judge(orders());
    const lost = (days: DayOfData[]) =>
      on(back(30), (day) => ({ ...keeping(0.2)(day), profiledAt: later }))(days);
    const after = judge(orders(lost, { prior: priorOf(before) }));
    expect(failed(after)).toEqual([["row_count_drop", "high"]]);
    expect(of(after, "row_count_drop").failing.map(({ subject }) => subject)).toEqual([back(30)]);
  });

  it("days that lose 40 % of their rows together are told, whichever they are: none hides behind another", () => {
    const before = priorOf(judge(orders()));
    const toldOf = (first: number) => {
      const lost = [0, 1, 2, 3, 4].map((more) =>
        on(back(first - more), (day) => ({ ...keeping(0.6)(day), profiledAt: later })),
      );
      const after = judge(orders((days) => lost.reduce((so, lose) => lose(so), days), { prior: before }));
      return of(after, "row_count_drop").failing.length;
    };
    for (let first = 5; first < 33; first += 1)
      expect(toldOf(first), `from ${back(first)}`).toBeGreaterThan(0);
  });

  it("a day that was loaded twice and is whole again has lost rows, and nothing", () => {
    const cleaned = on(back(3), (day) => ({ highestRows: 2 * day.rowCount, profiledAt: later }));
    const before = priorOf(judge(orders()));
    expect(failed(judge(orders(cleaned, { prior: before })))).toEqual([]);
  });

  it("a day whose rows are gone is told on weaker evidence than one that came with as few", () => {
    const few = (day: DayOfData) => ({ ...keeping(0.67)(day), highestRows: 0, profiledAt: later });
    const judgedTo = (dueThrough: string) => priorOf(judge(orders(undefined, { dueThrough })));
    const came = judge(orders(on(lastDay, few), { prior: judgedTo(back(1)) }));
    expect(of(came, "row_count_drop").shown!.score).toBeGreaterThan(0.5);
    expect(failed(came)).toEqual([]);
    const lost = on(lastDay, (day) => ({ ...few(day), highestRows: day.rowCount }));
    expect(failed(judge(orders(lost, { prior: judgedTo(back(1)) })))).toEqual([["row_count_drop", "high"]]);
  });

  it("a settled day that gains rows, or is restated, is no news", () => {
    const grown = on(back(30), (day) => ({
      ...dayOf(day.day, day.rowCount * 3),
      profiledAt: later,
    }));
    expect(failed(judge(orders(grown, { prior: priorOf(judge(orders())) })))).toEqual([]);
  });

  it("what failed stands while its numbers stay, and is over once they are refilled", () => {
    const first = judge(orders(on(lastDay, keeping(0.2))));
    const same = judge(orders(on(lastDay, keeping(0.2)), { prior: priorOf(first) }));
    expect(failed(same)).toEqual([["row_count_drop", "high"]]);
    const refilled = orders(
      on(lastDay, (day) => ({ ...day, profiledAt: later })),
      { prior: priorOf(same) },
    );
    expect(failed(judge(refilled))).toEqual([]);
  });

  it("a day that is expected to be unusual, or that a person has settled, is not judged", () => {
    const span = { from: lastDay, to: lastDay };
    expect(failed(judge(orders(on(lastDay, keeping(0.2)), { expected: [span] })))).toEqual([]);
    expect(
      failed(judge(orders(on(lastDay, keeping(0.2)), { settled: [{ ...span, check: "row_count_drop" }] }))),
    ).toEqual([]);
    // What is wrong in any case stays wrong.
    expect(
      failed(
        judge(
          orders(
            on(lastDay, () => ({ duplicateKeys: 1 })),
            { expected: [span] },
          ),
        ),
      ),
    ).toEqual([["duplicate_primary_key", "high"]]);
  });

  it("a day after an incident is not judged against the incident", () => {
    const outage = Array.from({ length: 10 }, (_, index) => back(1 + index));
    const during = (days: DayOfData[]) =>
      days.map((day) => (outage.includes(day.day) ? keeping(0.1)(day) : day));
    const incidents = outage.map((day) => ({ from: day, to: day }));
    const prior = priorOf(judge(orders(during, { dueThrough: back(1) })));
    const after = judge(orders(during, { incidents, prior }));
    const standing = of(after, "row_count_drop").failing.map(({ subject }) => subject);
    expect(standing).not.toContain(lastDay);
    const clean = judge(orders());
    expect(of(after, "volume_anomaly").severity).toBe(of(clean, "volume_anomaly").severity);
  });
});

describe("an ads source that reports whole days", () => {
  const spend = (
    change: (days: DayOfData[]) => DayOfData[] = (days) => days,
    more: Partial<DataFacts> = {},
  ): DataFacts =>
    orders(
      (days) =>
        change(
          days.map((day) => ({
            ...day,
            rowCount: 4,
            measures: {
              spend: { sum: 900 * (1 + 0.12 * noiseOf(day.day)), count: 4, nulls: 0, negatives: 0 },
            },
            categories: { campaign: { brand: 1, generic: 1, shopping: 1, video: 1 } },
          })),
        ),
      {
        source: "meta_ads",
        shape: {
          identities: {},
          grain: "day",
          mainMeasure: "spend",
          measures: { spend: { isNonNegative: true, isRequired: true } },
        },
        ...more,
      },
    );
  const without =
    (...gone: string[]) =>
    (days: DayOfData[]) =>
      days.map((day) =>
        gone.includes(day.day) ? { ...day, rowCount: 0, measures: {}, categories: {} } : day,
      );

  it("on an ordinary day passes every check", () => {
    expect(failed(judge(spend()))).toEqual([]);
  });

  it("that spent a third is an unusual amount", () => {
    const verdicts = judge(
      spend(on(lastDay, () => ({ measures: { spend: { sum: 280, count: 4, nulls: 0, negatives: 0 } } }))),
    );
    expect(failed(verdicts)).toEqual([["volume_anomaly", "high"]]);
    expect(of(verdicts, "volume_anomaly").shown!.sentence).toMatch(
      /^Tuesday 17 Nov: \$280 of spend, usually \$[\d,]+–\$[\d,]+ on a Tuesday\.$/,
    );
  });

  it("that spent nothing although its rows are there is high", () => {
    const nothing = on(lastDay, () => ({
      measures: { spend: { sum: 0, count: 4, nulls: 0, negatives: 0 } },
    }));
    expect(failed(judge(spend(nothing)))).toEqual([["zero_spend", "high"]]);
  });

  it.each([
    [[back(5)], "warning", "A day is missing: 12 Nov."],
    [[back(5), back(4), back(3)], "warning", "3 days are missing: 12 Nov to 14 Nov."],
    [[back(9), back(5), back(4), back(3)], "high", "4 days are missing: 8 Nov and 3 more."],
  ])("lacking the days %s: %s", (days, severity, sentence) => {
    const missing = of(judge(spend(without(...days))), "missing_days");
    expect(missing).toMatchObject({ severity });
    expect(missing.shown!.sentence).toBe(sentence);
  });

  it("of four rows a day never learns its mix or its gaps: too little data, not learning", () => {
    const verdicts = judge(spend());
    for (const check of ["distribution_drift", "null_rate"])
      expect(of(verdicts, check).outcome).toBe("not_enough_volume");
    const young = judge(spend((days) => days.slice(-21)));
    for (const check of ["distribution_drift", "null_rate"])
      expect(of(young, check).outcome).toBe("learning");
  });

  it("that repeats the same amount for days is stuck", () => {
    const stuck = (days: DayOfData[]) =>
      days.map((day) =>
        day.day > back(6) && day.day <= lastDay
          ? { ...day, measures: { spend: { sum: 913.37, count: 4, nulls: 0, negatives: 0 } } }
          : day,
      );
    const verdicts = judge(spend(stuck));
    expect(failed(verdicts)).toContainEqual(["stuck_values", expect.any(String)]);
    // The next day moves again: the check passes, and shows nothing of what it found.
    const next = dayOf(today, 100);
    const after = judge(
      spend(
        (days) => [
          ...stuck(days).filter(({ day }) => day < today),
          { ...next, measures: { spend: { sum: 880.12, count: 4, nulls: 0, negatives: 0 } } },
        ],
        {
          dueThrough: today,
          prior: priorOf(verdicts.map((one) => ({ ...one, failing: [] }))),
        },
      ),
    );
    expect(of(after, "stuck_values")).toMatchObject({ outcome: "passed", shown: null });
  });
});

describe("figures that have to agree with their parts", () => {
  const net = { measure: "total_price", parts: { gross: 1, discounts: -1 }, tolerance: 0.005 };
  const measuring = (gross: number, discounts: number | null) => (day: DayOfData) => ({
    measures: {
      total_price: { sum: 1_000, count: day.rowCount, nulls: 0, negatives: 0 },
      gross: { sum: gross, count: day.rowCount, nulls: 0, negatives: 0 },
      ...(discounts === null
        ? {}
        : { discounts: { sum: discounts, count: day.rowCount, nulls: 0, negatives: 0 } }),
    },
  });
  const verdictOf = (gross: number, discounts: number | null) => {
    const facts = orders(on(back(30), measuring(gross, discounts)));
    return of(judge({ ...facts, shape: { ...facts.shape, identities: { net } } }), "metric_inconsistency");
  };

  it.each([
    ["exactly", 1_100, 100, null],
    ["within the tolerance", 1_104.9, 100, null],
    ["beyond the tolerance", 1_106, 100, "warning"],
    ["up to five times the tolerance", 1_125, 100, "warning"],
    ["beyond five times the tolerance", 1_130, 100, "high"],
    ["not at all, because a part is not known", 5_000, null, null],
  ])("%s", (_, gross, discounts, severity) => {
    expect(verdictOf(gross, discounts).severity).toBe(severity);
  });

  it("say both figures and the day", () => {
    expect(verdictOf(1_200, 100).shown!.sentence).toBe(
      "Sunday 18 Oct: the total price is $1,000, its parts make $1,100.",
    );
  });

  it("say nothing where no figures were named", () => {
    expect(of(judge(orders()), "metric_inconsistency").outcome).toBe("not_due");
  });
});

it("no verdict depends on how large a large shop is", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 1.5, noNaN: true }), (share) => {
      const verdictsAt = (level: number) =>
        failed(
          judge(orders(() => on(lastDay, keeping(share))(ordinaryDays(level)))).filter(
            ({ check }) => check === "row_count_drop" || check === "zero_orders",
          ),
        );
      expect(verdictsAt(30_000)).toEqual(verdictsAt(300_000));
    }),
    { numRuns: 25 },
  );
});

it("never throws and never names what is not a number, whatever was profiled", () => {
  const count = fc.integer({ min: 0, max: 1e9 });
  const measure = fc.record({
    sum: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    count,
    nulls: count,
    negatives: count,
  });
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          rowCount: count,
          duplicateKeys: fc.option(count),
          total_price: measure,
          mix: fc.dictionary(fc.string(), count),
        }),
        {
          maxLength: 60,
        },
      ),
      (given) => {
        const days = given.map(
          ({ rowCount, duplicateKeys, total_price, mix }, index): DayOfData => ({
            ...dayOf(back(given.length - 1 - index), 0),
            rowCount,
            duplicateKeys,
            measures: { total_price },
            categories: { channel: mix },
          }),
        );
        for (const { shown, failing } of judge(orders(() => days))) {
          for (const finding of [shown, ...failing]) {
            if (finding) expect(finding.sentence).not.toMatch(/NaN|Infinity|undefined|null/);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});
