import { expect, test } from "vitest";
import { decideUpstream, type SourceCounts } from "./upstream-events.ts";

const counts = (changes: Partial<SourceCounts>): SourceCounts => ({
  connectors: 100,
  failing: 0,
  failingShops: 0,
  began: 0,
  beganShops: 0,
  severity: null,
  ...changes,
});
/** So many connectors, each of a shop of its own, began failing just now. */
const began = (n: number, severity: SourceCounts["severity"] = "high") =>
  counts({ failing: n, failingShops: n, began: n, beganShops: n, severity });
const high = { severity: "high" } as const;

test.each([
  ["nothing fails", counts({}), null, "none"],
  ["20 of 100 began", began(20), null, "start"],
  ["19 of 100 began", began(19), null, "none"],
  ["3 of 15 began", { ...began(3), connectors: 15 }, null, "start"],
  ["3 of 1,000 began", { ...began(3), connectors: 1_000 }, null, "none"],
  ["2 of 2 began: a coincidence", { ...began(2), connectors: 2 }, null, "none"],
  ["many of few shops began", { ...began(40), beganShops: 2 }, null, "none"],
  [
    "all fail, but since long",
    { ...began(0), failing: 100, failingShops: 100, severity: "high" as const },
    null,
    "none",
  ],
  [
    "it goes on with 10 of 100",
    { ...began(0), failing: 10, failingShops: 10, severity: "high" as const },
    high,
    "none",
  ],
  [
    "9 of 100 still fail",
    { ...began(0), failing: 9, failingShops: 9, severity: "high" as const },
    high,
    "end",
  ],
  [
    "2 shops still fail",
    { ...began(0), failing: 50, failingShops: 2, severity: "high" as const },
    high,
    "end",
  ],
  ["nothing fails any more", counts({}), high, "end"],
  ["it got worse", began(30, "critical"), high, "escalate"],
  ["it got milder", began(30, "warning"), high, "none"],
] as const)("%s: %o", (_, given, open, expected) => {
  expect(decideUpstream(given, open).kind).toBe(expected);
});
