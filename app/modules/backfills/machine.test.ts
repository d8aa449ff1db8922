import { describe, expect, test } from "vitest";
import { BackfillStatus } from "./backfill.ts";
import type { EngineStep } from "./engine.ts";
import { type BackfillEvent, moveBackfill } from "./machine.ts";

const working: EngineStep = { kind: "working", state: {}, percent: 5, rowsLoaded: 1, lookAgainSeconds: 1 };
const events: Record<string, BackfillEvent> = {
  "taken up": { kind: "taken_up" },
  "no way": { kind: "no_way", reason: "no_way_to_backfill" },
  works: { kind: "engine", step: working },
  "is loaded": { kind: "engine", step: { kind: "loaded", state: {}, rowsLoaded: 9 } },
  "has stopped": { kind: "engine", step: { kind: "stopped", state: {} } },
  "has failed": { kind: "engine", step: { kind: "failed", state: {}, reason: "source_failed" } },
  "needs somebody": {
    kind: "engine",
    step: { kind: "needs_operator", state: {}, reason: "unsafe_destination" },
  },
  verified: { kind: "verified" },
  "cancel asked": { kind: "cancel_asked" },
  "gave up": { kind: "gave_up", reason: "engine_unreachable" },
};

/** Every status by every event; "–": nothing changes. */
const table: Record<string, Record<keyof typeof events, string>> = {
  queued: {
    "taken up": "starting",
    "no way": "needs_operator",
    works: "–",
    "is loaded": "–",
    "has stopped": "–",
    "has failed": "–",
    "needs somebody": "–",
    verified: "–",
    "cancel asked": "cancelled",
    "gave up": "cancelling",
  },
  starting: {
    "taken up": "–",
    "no way": "needs_operator",
    works: "running",
    "is loaded": "verifying",
    "has stopped": "cancelled",
    "has failed": "failed",
    "needs somebody": "needs_operator",
    verified: "–",
    "cancel asked": "cancelling",
    "gave up": "cancelling",
  },
  running: {
    "taken up": "–",
    "no way": "–",
    works: "–",
    "is loaded": "verifying",
    "has stopped": "cancelled",
    "has failed": "failed",
    "needs somebody": "needs_operator",
    verified: "–",
    "cancel asked": "cancelling",
    "gave up": "cancelling",
  },
  verifying: {
    "taken up": "–",
    "no way": "–",
    works: "–",
    "is loaded": "–",
    "has stopped": "–",
    "has failed": "–",
    "needs somebody": "–",
    verified: "completed",
    "cancel asked": "–",
    "gave up": "failed",
  },
  cancelling: {
    "taken up": "–",
    "no way": "–",
    works: "–",
    "is loaded": "verifying",
    "has stopped": "cancelled",
    "has failed": "failed",
    "needs somebody": "needs_operator",
    verified: "–",
    "cancel asked": "–",
    "gave up": "needs_operator",
  },
  needs_operator: {
    "taken up": "–",
    "no way": "–",
    works: "–",
    "is loaded": "–",
    "has stopped": "–",
    "has failed": "–",
    "needs somebody": "–",
    verified: "–",
    "cancel asked": "cancelled",
    "gave up": "–",
  },
};
const ended = ["completed", "failed", "cancelled"];

describe.each(BackfillStatus.options)("%s", (status) => {
  test.each(Object.keys(events))("%s", (name) => {
    const expected = ended.includes(status) ? "–" : table[status]![name]!;
    expect(moveBackfill({ status, reason: null }, events[name]!)?.status ?? "–").toBe(expected);
  });
});

test("what stops because of a reason has failed for it, not been cancelled", () => {
  const gaveUp = moveBackfill({ status: "running", reason: null }, events["gave up"]!)!;
  expect(moveBackfill(gaveUp, events["has stopped"]!)).toEqual({
    status: "failed",
    reason: "engine_unreachable",
  });
});

test("what could not be put back is tried on while a person is called, and has failed when it is", () => {
  const gaveUp = moveBackfill({ status: "cancelling", reason: null }, events["gave up"]!)!;
  expect(gaveUp).toEqual({ status: "needs_operator", reason: "not_put_back" });
  expect(moveBackfill(gaveUp, events["gave up"]!)).toBeNull();
  const reached = moveBackfill(gaveUp, events.works!)!;
  expect(reached).toEqual({ status: "cancelling", reason: "engine_unreachable" });
  const over = { status: "failed", reason: "engine_unreachable" };
  for (const from of [gaveUp, reached]) expect(moveBackfill(from, events["has stopped"]!)).toEqual(over);
  expect(moveBackfill(gaveUp, events["cancel asked"]!)).toEqual({ status: "cancelling", reason: null });
});

test("what was loaded and could not be looked at has failed for that", () => {
  expect(moveBackfill({ status: "verifying", reason: null }, events["gave up"]!)).toEqual({
    status: "failed",
    reason: "not_verified",
  });
});
