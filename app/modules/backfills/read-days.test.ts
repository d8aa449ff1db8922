import fc from "fast-check";
import { expect, test } from "vitest";
import { sourceKeys } from "../connectors/sources.ts";
import { dayBefore } from "../shops/shop-days.ts";
import { backfillWays, readDaysOf } from "./read-days.ts";

const today = "2026-11-24";
const week = { startDay: "2026-11-01", endDay: "2026-11-07" };

test.each([
  ["a pipeline sends what was asked", "push", "postscript", "2026-11-01", "2026-11-07"],
  ["two days bound it, one more on either side", "airbyte_bounded", "google_ads", "2026-10-31", "2026-11-08"],
  ["a cursor that is an instant is set back to it", "airbyte_rewind", "shopify_orders", "2026-11-01", today],
  ["a cursor that is a date goes a day further", "airbyte_rewind", "snap_ads", "2026-10-31", today],
  ["its connector looks back three days more", "airbyte_rewind", "tiktok_ads", "2026-10-28", today],
  ["Meta is read from 28 days ago at the latest", "airbyte_rewind", "meta_ads", "2026-10-27", today],
] as const)("%s (%s of %s)", (_, way, source, startDay, endDay) => {
  expect(readDaysOf(week, { source, way, today })).toEqual({ startDay, endDay });
});

test("a bounded range that ends today does not end tomorrow", () => {
  const asked = { startDay: "2026-11-20", endDay: today };
  expect(readDaysOf(asked, { source: "ga4", way: "airbyte_bounded", today }).endDay).toBe(today);
});

test("what is read holds what was asked, and a longer range reads no less", () => {
  const day = (ago: number) => dayBefore(today, ago);
  fc.assert(
    fc.property(
      fc.constantFrom(...sourceKeys),
      fc.constantFrom(...backfillWays),
      fc.tuple(fc.nat(90), fc.nat(90), fc.nat(90), fc.nat(90)),
      (source, way, agos) => {
        const [outerStart, innerStart, innerEnd, outerEnd] = agos.sort((a, b) => b - a) as typeof agos;
        const read = (start: number, end: number) =>
          readDaysOf({ startDay: day(start), endDay: day(end) }, { source, way, today });
        const [inner, outer] = [read(innerStart, innerEnd), read(outerStart, outerEnd)];
        expect(inner.startDay <= day(innerStart) && inner.endDay >= day(innerEnd)).toBe(true);
        expect(outer.startDay <= inner.startDay && outer.endDay >= inner.endDay).toBe(true);
        expect(outer.endDay <= today).toBe(true);
      },
    ),
  );
});
