import { expect, test } from "vitest";
import { compareDays, type DayTotals } from "./compare-days.ts";

const days = ["2026-11-01", "2026-11-02", "2026-11-03"];
const compare = (before: DayTotals, after: DayTotals) =>
  compareDays({ days, before, after, rowsAre: "orders", amountIs: "revenue" });
const day = (rows: number, amount: number | null) => ({ rows, amount });

test.each([
  [
    "the same",
    { "2026-11-01": day(5, 100) },
    { "2026-11-01": day(5, 100) },
    "Nothing changed: these days were complete.",
  ],
  [
    "rows came back",
    { "2026-11-01": day(5, 100), "2026-11-02": day(10, 200) },
    { "2026-11-01": day(1_217, 100), "2026-11-02": day(10, 202.4) },
    "2 days changed, +1,212 orders, revenue +0.8 %",
  ],
  ["a day appears", {}, { "2026-11-02": day(3, 30) }, "1 day changed, +3 orders"],
  [
    "rows went",
    { "2026-11-01": day(5, 100) },
    { "2026-11-01": day(3, 60) },
    "1 day changed, −2 orders, revenue −40.0 %",
  ],
  [
    "only the sums moved, a little",
    { "2026-11-01": day(5, 100_000) },
    { "2026-11-01": day(5, 100_010) },
    "1 day changed, revenue +less than 0.1 %",
  ],
  [
    "a day outside the range",
    { "2026-10-01": day(5, 100) },
    {},
    "Nothing changed: these days were complete.",
  ],
] as const)("%s", (_, before, after, summary) => {
  expect(compare(before, after).summary).toBe(summary);
});

test("says which days, with rows before and after", () => {
  expect(
    compare({ "2026-11-01": day(5, 1) }, { "2026-11-01": day(7, 1), "2026-11-03": day(2, 1) }),
  ).toMatchObject({
    changedDays: [
      { day: "2026-11-01", rowsBefore: 5, rowsAfter: 7 },
      { day: "2026-11-03", rowsBefore: 0, rowsAfter: 2 },
    ],
    rowsBefore: 5,
    rowsAfter: 9,
  });
});
