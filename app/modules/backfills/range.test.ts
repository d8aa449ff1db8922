import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError } from "#app/platform/errors.ts";
import { dayBefore, daysBetween } from "../shops/shop-days.ts";
import { limitsOf, readRange } from "./range.ts";

const today = "2026-11-24";
const limits = limitsOf("google_ads", { today, scopes: [] });
const ofOrders = limitsOf("shopify_orders", { today, scopes: ["read_orders"] });
const fieldsRefused = (asked: unknown, of = limits, options = {}) => {
  try {
    readRange(asked, of, options);
    return [];
  } catch (error) {
    return Object.keys((error as AppError).errors ?? {});
  }
};
const range = (startDate: string, endDate: string) => ({ startDate, endDate });

describe("a range a merchant asks for", () => {
  test.each([
    ["one day, today", range(today, today), []],
    ["90 days", range(dayBefore(today, 89), today), []],
    ["91 days", range(dayBefore(today, 90), today), ["startDate"]],
    ["90 days long ago", range(dayBefore(today, 500), dayBefore(today, 411)), []],
    ["the end before the start", range(today, dayBefore(today)), ["startDate"]],
    ["tomorrow", range(today, dayBefore(today, -1)), ["endDate"]],
    ["29 February of a common year", range("2025-02-29", "2025-03-01"), ["startDate"]],
    ["29 February of a leap year", range("2024-02-29", "2024-03-01"), []],
    ["an instant", range("2026-11-01T00:00:00Z", today), ["startDate"]],
    ["no dates", {}, ["startDate", "endDate"]],
    ["not an object", "yesterday", ["startDate", "endDate"]],
    ["numbers", { startDate: 20261101, endDate: 20261102 }, ["startDate", "endDate"]],
  ] as const)("%s: refused %j", (_, asked, refused) => {
    expect(fieldsRefused(asked)).toEqual(refused);
  });

  test("staff may ask for any length, not for tomorrow", () => {
    expect(fieldsRefused(range("2024-01-01", today), limits, { isStaff: true })).toEqual([]);
    expect(fieldsRefused(range(today, dayBefore(today, -1)), limits, { isStaff: true })).toEqual(["endDate"]);
  });

  test("what the platform no longer serves is left out, and refused when nothing is left", () => {
    expect(ofOrders).toMatchObject({ earliestDate: "2026-09-26", latestDate: today, maxDays: 90 });
    expect(readRange(range(dayBefore(today, 89), today), ofOrders)).toEqual({
      startDay: "2026-09-26",
      endDay: today,
      isClamped: true,
    });
    expect(fieldsRefused(range("2026-09-01", "2026-09-25"), ofOrders)).toEqual(["endDate"]);
    expect(limitsOf("shopify_orders", { today, scopes: ["read_all_orders"] }).reason).toBeNull();
  });

  test("whatever is asked, what comes out lies within the limits", () => {
    const day = fc.integer({ min: -200, max: 200 }).map((days) => dayBefore(today, days));
    fc.assert(
      fc.property(day, day, (startDate, endDate) => {
        let read: ReturnType<typeof readRange>;
        try {
          read = readRange({ startDate, endDate }, ofOrders);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          return;
        }
        expect(read.startDay >= ofOrders.earliestDate && read.startDay <= read.endDay).toBe(true);
        expect(read.endDay <= today && daysBetween(read.startDay, read.endDay) < 90).toBe(true);
      }),
    );
  });
});
