import { describe, expect, it } from "vitest";
import { decideSyncRequest, REQUEST_LIVES_MINUTES, type SyncFacts, viewSync } from "./sync-request.ts";

const now = new Date("2026-11-20T10:00:00Z");
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const idle: SyncFacts = {
  engine: "airbyte",
  isPaused: false,
  connectionStatus: "active",
  runningSince: null,
  requestedAt: null,
};

describe("a wish for a sync", () => {
  it("starts one where nothing runs", () => {
    expect(decideSyncRequest(idle, now)).toEqual({ start: true });
  });

  it("attaches to the one that runs", () => {
    const since = minutesAgo(3);
    expect(decideSyncRequest({ ...idle, runningSince: since }, now)).toEqual({
      start: false,
      state: "running",
      since,
    });
  });

  it("attaches to the one that is on its way, until that was too long ago", () => {
    const fresh = minutesAgo(REQUEST_LIVES_MINUTES - 0.01);
    expect(decideSyncRequest({ ...idle, requestedAt: fresh }, now)).toEqual({
      start: false,
      state: "requested",
      since: fresh,
    });
    expect(decideSyncRequest({ ...idle, requestedAt: minutesAgo(REQUEST_LIVES_MINUTES) }, now)).toEqual({
      start: true,
    });
  });

  it.each([
    ["paused", { isPaused: true }, /paused/],
    ["reported by its own pipeline", { engine: "push" }, /pipeline/],
    ["switched off", { connectionStatus: "inactive" }, /switched off/],
    ["gone from Airbyte", { connectionStatus: "deprecated" }, /gone/],
    ["without a connection", { connectionStatus: null }, /gone/],
  ] as const)("is refused where the source is %s, and says what to do", (_, facts, words) => {
    expect(() => decideSyncRequest({ ...idle, ...facts }, now)).toThrow(words);
    expect(viewSync({ ...idle, ...facts, problem: null }, now).state).toBe("unavailable");
  });
});

it("a page offers the button, or says what is under way", () => {
  const view = (facts: Partial<SyncFacts>) => viewSync({ ...idle, ...facts, problem: "engine_refused" }, now);
  expect(view({})).toEqual({ state: "available", problem: "engine_refused" });
  expect(view({ requestedAt: minutesAgo(1) }).state).toBe("requested");
  expect(view({ requestedAt: minutesAgo(1), runningSince: minutesAgo(1) }).state).toBe("running");
});
