import { describe, expect, it } from "vitest";
import { dayBefore } from "../shops/shop-days.ts";
import { drawHistory, type IncidentSpan, noteDays } from "./history.ts";

const now = new Date("2026-11-24T15:00:00Z");
const today = "2026-11-24";
const back = (days: number) => dayBefore(today, days);

const ofData = (from: string, to: string, more: Partial<IncidentSpan> = {}) =>
  ({
    kind: "days",
    check: "row_count_drop",
    severity: "high",
    title: "Shopify Orders: fewer orders than usual",
    detail: "Sunday 22 Nov: 61 orders, usually 88–144 on a Sunday.",
    isOver: false,
    from,
    to,
    ...more,
  }) as IncidentSpan;
const late = (from: string, to: string | null, more: Partial<IncidentSpan> = {}) =>
  ({
    kind: "time",
    check: "freshness",
    severity: "warning",
    title: "Shopify Orders is late",
    isOver: to !== null,
    from: new Date(from),
    to: to === null ? null : new Date(to),
    ...more,
  }) as IncidentSpan;

const facts = (incidents: readonly IncidentSpan[], timeZone = "UTC") => ({
  now,
  timeZone,
  count: 10,
  addedAt: new Date("2026-11-17T08:00:00Z"),
  runs: Array.from({ length: 8 }, (_, index) => ({
    day: back(index),
    runs: 4,
    failedRuns: index === 1 ? 4 : 0,
    rowsSynced: 9,
  })),
  incidents,
});
const statesOf = (incidents: readonly IncidentSpan[], timeZone?: string) =>
  Object.fromEntries(drawHistory(facts(incidents, timeZone)).map(({ day, state }) => [day, state]));

describe("a day's state", () => {
  it("is what its syncs did where nothing was wrong", () => {
    const states = statesOf([]);
    expect(states).toMatchObject({ [back(9)]: "before_start", [back(2)]: "synced", [back(1)]: "failed" });
  });

  it("is the data's problem on the days that are wrong, not on the day it was found", () => {
    const states = statesOf([ofData(back(4), back(3))]);
    expect([back(5), back(4), back(3), back(2), today].map((day) => states[day])).toEqual([
      "synced",
      "high",
      "high",
      "synced",
      "synced",
    ]);
  });

  it("is late for as long as the source was late, in the shop's own days", () => {
    const span = late("2026-11-20T23:30:00Z", "2026-11-21T03:00:00Z");
    expect(statesOf([span])).toMatchObject({
      [back(4)]: "warning",
      [back(3)]: "warning",
      [back(2)]: "synced",
    });
    const inTokyo = statesOf([span], "Asia/Tokyo");
    expect([inTokyo[back(4)], inTokyo[back(3)]]).toEqual(["synced", "warning"]);
    expect(statesOf([late("2026-11-23T10:00:00Z", null)])[today]).toBe("warning");
  });

  it("is the worst of several, and of history that came before the connector too", () => {
    const both = [late("2026-11-20T01:00:00Z", "2026-11-20T09:00:00Z"), ofData(back(4), back(4))];
    expect(statesOf(both)[back(4)]).toBe("high");
    expect(statesOf([ofData(back(9), back(9))])[back(9)]).toBe("high");
  });
});

describe("a day's note", () => {
  it("says what was wrong, without naming the day twice, and that rows are missing", () => {
    expect(noteDays(facts([ofData(back(2), back(2))]))).toEqual({
      [back(2)]: [
        {
          severity: "high",
          words: "61 orders, usually 88–144 on a Sunday.",
          isGap: true,
          isOver: false,
        },
      ],
    });
  });

  it("is no gap where values are wrong but there, nor once it is over", () => {
    const notes = noteDays(
      facts([
        ofData(back(3), back(3), { check: "duplicate_primary_key" }),
        ofData(back(2), back(2), { isOver: true }),
        late("2026-11-23T10:00:00Z", null),
      ]),
    );
    expect(Object.values(notes).flatMap((day) => day.map(({ isGap }) => isGap))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(notes[today]![0]!.words).toBe("Shopify Orders is late.");
  });

  it("comes worst first where a day has several", () => {
    const notes = noteDays(
      facts([late("2026-11-22T01:00:00Z", "2026-11-22T09:00:00Z"), ofData(back(2), back(2))]),
    );
    expect(notes[back(2)]!.map(({ severity }) => severity)).toEqual(["high", "warning"]);
  });
});
