import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DurationFacts, estimateDuration, type Timed } from "./estimate-duration.ts";

const estimate = (rows: number, facts: Partial<DurationFacts>) =>
  estimateDuration({ rows, runs: [], largeRuns: [], earlier: [], ...facts });
const run = (rows: number, seconds: number): Timed => ({ rows, seconds });
/** Hourly syncs of a few rows: all but nothing of their minute goes to the rows. */
const smallRuns = Array.from({ length: 40 }, (_, n) => run(5 + (n % 11), 55 + ((n * 7) % 13)));
/** Syncs that read four weeks again each time, at 50 rows a second after half a minute. */
const fourWeekRuns = Array.from({ length: 30 }, (_, n) => run(9_000 + 100 * n, 30 + (9_000 + 100 * n) / 50));

describe("from syncs alone", () => {
  test("that load as much each time it is known well", () => {
    expect(estimate(10_000, { runs: fourWeekRuns })).toEqual({
      seconds: 230,
      basis: "from 30 runs in 30 days",
    });
  });
  test("that are all but empty it cannot be said, however many there are", () => {
    expect(estimate(40_000, { runs: smallRuns })).toEqual({
      seconds: null,
      basis: "Cannot say how long yet: nothing nearly as large has been loaded from this source before.",
    });
  });
  test("of which none differs, as much as ten of them is guessed and more is not", () => {
    const alike = Array.from({ length: 20 }, () => run(10, 60));
    expect(estimate(100, { runs: alike }).seconds).toBe(60);
    expect(estimate(101, { runs: alike }).seconds).toBeNull();
  });
  test("and a first import long ago it is known again", () => {
    expect(estimate(40_000, { runs: smallRuns, largeRuns: [run(100_000, 2_060)] })).toEqual({
      seconds: expect.toSatisfy((seconds: number) => seconds > 500 && seconds < 1_200),
      basis: "from 40 runs in 30 days and the largest before",
    });
  });
  test("a few hours in a queue do not bend the line", () => {
    const queued = [...fourWeekRuns, run(9_500, 20_000), run(11_000, 15_000)];
    expect(estimate(10_000, { runs: queued }).seconds).toBeCloseTo(230, -1);
  });
  test("two are too few", () => {
    expect(estimate(10, { runs: [run(10, 60), run(12, 61)] })).toEqual({
      seconds: null,
      basis: "Cannot say how long yet: too few syncs of this source have told how much they loaded.",
    });
  });
});

describe("from earlier backfills", () => {
  test("one: between as long as it and as many times as long as it has rows", () => {
    const { seconds, basis } = estimate(4_000, { earlier: [run(1_000, 100)] });
    expect([seconds, basis]).toEqual([200, "from one earlier backfill"]);
  });
  test("one, of which a usual sync's minute was no row's", () => {
    // 40 s for 1,000 rows: 4,000 take 100 to 220.
    expect(estimate(4_000, { earlier: [run(1_000, 100)], runs: Array(5).fill(run(0, 60)) }).seconds).toBe(
      Math.round(Math.sqrt(100 * 220)),
    );
  });
  test("one, and less is asked: sooner, and not at once", () => {
    const { seconds } = estimate(10, { earlier: [run(1_000, 100)] });
    expect(seconds).toBeGreaterThan(10);
    expect(seconds).toBeLessThan(100);
  });
  test("one, and much more is asked: it cannot be said", () => {
    expect(estimate(9_500, { earlier: [run(1_000, 100)] }).seconds).toBeNull();
  });
  test("several: their line, whatever one odd one says", () => {
    const earlier = [run(1_000, 50), run(2_000, 70), run(4_000, 110), run(3_000, 4_000), run(8_000, 190)];
    const { seconds, basis } = estimate(6_000, { earlier });
    expect(seconds).toBeGreaterThan(130);
    expect(seconds).toBeLessThan(170);
    expect(basis).toBe("from 5 earlier backfills");
  });
  test("of the same size they say nothing of another, syncs do", () => {
    const earlier = [run(1_000, 90), run(1_000, 110)];
    expect(estimate(2_000, { earlier, runs: Array(5).fill(run(0, 50)) }).seconds).toBe(150);
  });
});

describe("whatever was seen", () => {
  const timed = fc.record({ rows: fc.nat(50_000), seconds: fc.double({ min: 0, max: 9_000, noNaN: true }) });
  const facts = fc.record({
    runs: fc.array(timed, { maxLength: 130 }),
    largeRuns: fc.array(timed, { maxLength: 5 }),
    earlier: fc.array(timed, { maxLength: 6 }),
  });
  test("it is at least a second and whole, more rows never take less, and what cannot be said cannot be said of more", () => {
    fc.assert(
      fc.property(facts, fc.nat(200_000), fc.nat(200_000), (seen, a, b) => {
        const fewer = estimate(Math.min(a, b), seen).seconds;
        const more = estimate(Math.max(a, b), seen).seconds;
        for (const seconds of [fewer, more])
          if (seconds !== null) expect(Number.isInteger(seconds) && seconds >= 1).toBe(true);
        if (more !== null) {
          expect(fewer).not.toBeNull();
          expect(fewer!).toBeLessThanOrEqual(more);
        }
      }),
      { numRuns: 300 },
    );
  });
  test("the order in which things were loaded does not matter", () => {
    fc.assert(
      fc.property(facts, fc.nat(100_000), (seen, rows) => {
        const turned = Object.fromEntries(
          Object.entries(seen).map(([name, all]) => [name, [...all].reverse()]),
        ) as typeof seen;
        expect(estimate(rows, turned)).toEqual(estimate(rows, seen));
      }),
      { numRuns: 100 },
    );
  });
});
