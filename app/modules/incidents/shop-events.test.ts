import { expect, test } from "vitest";
import { describeShopEvent, judgeShopEvent } from "./shop-events.ts";

const failing = (ownFailing: number, connectors: number, upstream = 0) =>
  ({ connectors, failing: ownFailing + upstream, ownFailing, severity: "high" }) as const;

test.each([
  ["3 of 3 fail", failing(3, 3), false, "high"],
  ["2 of 2 fail: told one by one", failing(2, 2), false, null],
  ["11 of 12 fail: not all", failing(11, 12), false, null],
  ["12 of 12 fail, 9 of them only here", failing(9, 12, 3), false, "high"],
  ["12 of 12 fail, all but 2 for many shops", failing(2, 12, 10), false, null],
  ["open, 11 of 12 still fail", failing(11, 12), true, "high"],
  ["open, 3 still fail", failing(3, 12), true, "high"],
  ["open, 2 still fail", failing(2, 12), true, null],
  ["open, none fails", { ...failing(0, 12), severity: null }, true, null],
] as const)("%s", (_, counts, isOpen, expected) => {
  expect(judgeShopEvent(counts, isOpen)).toBe(expected);
});

test("says which sources, in one order", () => {
  expect(describeShopEvent("airbyte", ["meta_ads", "ga4", "klaviyo"])).toEqual({
    title: "Several sources stopped syncing together",
    detail:
      "Late or failing: GA4, Klaviyo, Meta Ads. They share one sync service, so the cause is likely there and not in your accounts. We are looking into it.",
  });
});
