import { describe, expect, it } from "vitest";
import type { Backfill } from "../modules/backfills/backfill.ts";
import type { CheckView, HistoryDay } from "../modules/connectors/connector.ts";
import { announceChanges } from "./announce-changes.ts";
import {
  checkBadge,
  checksInWords,
  dayInWords,
  daysInSync,
  deductionInWords,
  historyInWords,
  statusBadge,
  summaryBadge,
} from "./health-words.ts";
import { isPassingFailure, keepLastPage } from "./keep-last-page.ts";
import { decidePageNotice } from "./page-notice.ts";

const days = (...states: HistoryDay["state"][]): HistoryDay[] =>
  states.map((state, index) => ({
    day: `2026-11-0${index + 1}`,
    state,
    runs: 1,
    failedRuns: 0,
    rowsSynced: 1,
  }));

describe("badges", () => {
  it("are never green while the checks do not run", () => {
    expect(statusBadge("healthy", false)).toEqual({ tone: "success", label: "Up to date" });
    expect(statusBadge("healthy", true)).toEqual({ tone: "neutral", label: "Unknown" });
    expect(summaryBadge("healthy", true).tone).toBe("neutral");
  });

  it.each([
    [{ enabled: true, outcome: "fresh", severity: null }, false, "Passed"],
    [{ enabled: true, outcome: "fresh", severity: null }, true, "Unknown"],
    [{ enabled: true, outcome: "late", severity: "high" as const }, true, "High"],
    [{ enabled: false, outcome: "late", severity: "high" as const }, false, "Off"],
    [{ enabled: true, outcome: "passed", severity: null }, false, "Passed"],
    [{ enabled: true, outcome: "passed", severity: null }, true, "Unknown"],
    [{ enabled: true, outcome: "learning", severity: null }, true, "Learning"],
    [{ enabled: true, outcome: "not_enough_volume", severity: null }, false, "Too little data"],
    [{ enabled: true, outcome: "not_due", severity: null }, false, "Not due yet"],
    [{ enabled: true, outcome: "some_new_word", severity: null }, false, "some new word"],
  ])("of a check: %j, checks stopped: %s, says %s", (check, isStale, label) =>
    expect(checkBadge({ check: "freshness", ...check }, isStale).label).toBe(label),
  );

  it("of a check that has no figures to compare do not promise that it will be due", () =>
    expect(
      checkBadge({ check: "metric_inconsistency", enabled: true, outcome: "not_due", severity: null }, false),
    ).toEqual({ tone: "neutral", label: "Nothing to compare" }));

  it("keep a known problem and a pause while the checks do not run", () => {
    expect(statusBadge("error", true).label).toBe("Error");
    expect(statusBadge("paused", true).label).toBe("Paused");
  });
});

describe("a list of checks", () => {
  const check = (outcome: string, severity: "high" | null = null, enabled = true) =>
    ({ check: outcome, enabled, outcome, severity }) as CheckView;
  const list = [
    check("passed"),
    check("failed", "high"),
    check("ok"),
    check("learning"),
    check("late", "high", false),
  ];

  it("is counted by what they say, what fails first", () => {
    expect(checksInWords(list, false)).toBe("5 checks: 1 needs attention, 2 passed, 1 learning, 1 off.");
    expect(checksInWords([check("passed")], false)).toBe("1 check: 1 passed.");
  });
  it("has none that passed while the checks do not run", () =>
    expect(checksInWords(list, true)).toBe("5 checks: 1 needs attention, 2 unknown, 1 learning, 1 off."));
});

describe("a day in words", () => {
  const [day] = days("high");
  const note = { severity: "high" as const, words: "61 orders, usually 88–144.", isGap: true, isOver: false };
  it("says what was wrong, and what is over", () => {
    expect(dayInWords(day!, [note])).toBe("High. 61 orders, usually 88–144.");
    expect(dayInWords(day!, [{ ...note, isOver: true }])).toBe(
      "High. 61 orders, usually 88–144. This is over.",
    );
  });
  it("counts syncs that failed on a day that was not lost", () => {
    expect(dayInWords({ ...days("synced")[0]!, failedRuns: 2 })).toBe("In sync. 2 syncs failed.");
    expect(dayInWords({ ...days("failed")[0]!, failedRuns: 2 })).toBe("Failed.");
  });
});

describe("history in words", () => {
  it("counts the days a connector existed", () => {
    expect(daysInSync(days("before_start", "synced", "synced", "failed"))).toBe("2 of 3 days in sync");
    expect(daysInSync(days("before_start"))).toBe("No history yet");
    expect(daysInSync([])).toBe("No history yet");
  });

  it("tells every state that occurs", () => {
    expect(historyInWords(days("synced", "warning", "warning", "no_sync"))).toBe(
      "Last 4 days, by number of days. In sync: 1, warning: 2, no sync: 1.",
    );
    expect(historyInWords(days("before_start"))).toBe("Last 1 day: no history yet.");
  });
});

it.each([
  ["Meta Ads", "delayed_high", "Meta Ads: high severity"],
  [null, "dashboard_blocked", "A dashboard is paused"],
  ["GA4", "something_new", "GA4: something new"],
])("explains a deduction of %s for %s", (label, reason, words) =>
  expect(deductionInWords(label, reason)).toBe(words),
);

describe("the one notice", () => {
  const connector = { id: "1" } as never;
  const page = (
    over: { blocked?: boolean; stale?: boolean; unreachable?: string; connectors?: never[] } = {},
  ) => ({
    block: { blocked: over.blocked ?? false, dashboards: [], support: { email: null, url: null } },
    summary: {
      stale: over.stale ?? false,
      checkedAt: "2026-11-24T10:00:00Z",
      connectors: over.connectors ?? [connector],
    },
    engineUnreachableSince: over.unreachable ?? null,
  });
  it.each([
    ["nothing when all is well", page(), { kind: "none" }],
    ["the block first", page({ blocked: true, stale: true, unreachable: "x" }), { kind: "blocked" }],
    [
      "not checked before unreachable",
      page({ stale: true, unreachable: "x" }),
      { kind: "not_checked", since: "2026-11-24T10:00:00Z" },
    ],
    ["unreachable last", page({ unreachable: "x" }), { kind: "engine_unreachable", since: "x" }],
    [
      "nothing unchecked where there is nothing to check",
      page({ stale: true, connectors: [] }),
      { kind: "none" },
    ],
  ])("is %s", (_, facts, notice) => expect(decidePageNotice(facts)).toEqual(notice));
});

describe("announcements", () => {
  const heard = (status: "healthy" | "delayed", incidentIds: string[] = [], stale = false) => ({
    stale,
    connectors: ["Meta Ads", "GA4", "Recharge", "Klaviyo"].map((label) => ({
      id: label,
      label,
      status: label === "GA4" ? ("healthy" as const) : status,
    })),
    incidentIds,
  });
  const one = (status: "healthy" | "delayed") => ({
    stale: false,
    connectors: [{ id: "1", label: "Meta Ads", status }],
    incidentIds: [],
  });

  it("are silent when nothing changed", () =>
    expect(announceChanges(heard("healthy", ["a"]), heard("healthy", ["a"]))).toBe(""));
  it("name the source that changed", () =>
    expect(announceChanges(one("healthy"), one("delayed"))).toBe("Meta Ads: delayed."));
  it("count incidents that came and went", () =>
    expect(announceChanges(heard("healthy", ["a"]), heard("healthy", ["b", "c"]))).toBe(
      "2 new incidents. 1 incident resolved.",
    ));
  it("say once that nothing is checked", () => {
    expect(announceChanges(heard("healthy"), heard("healthy", [], true))).toBe(
      "Your sources are not being checked at the moment.",
    );
    expect(announceChanges(heard("healthy", [], true), heard("healthy", [], true))).toBe("");
  });
  it("tell of a backfill that begins, moves on and ends, not of every percent", () => {
    const refilled = (activeBackfill: Partial<Backfill> | null) => ({
      stale: false,
      connectors: [
        {
          id: "1",
          label: "Meta Ads",
          status: "healthy" as const,
          activeBackfill: activeBackfill as Backfill,
        },
      ],
      incidentIds: [],
    });
    const at = (status: Backfill["status"], percent = 0) => refilled({ status, percent });
    expect(announceChanges(refilled(null), at("queued"))).toBe("Meta Ads: backfill waiting.");
    expect(announceChanges(at("running", 10), at("running", 60))).toBe("");
    expect(announceChanges(at("running"), at("verifying"))).toBe("Meta Ads: backfill checking.");
    expect(announceChanges(at("verifying"), refilled(null))).toBe("Meta Ads: backfill over.");
  });
  it("do not read out a long list", () => {
    const many = (status: "healthy" | "delayed") => ({
      stale: false,
      connectors: ["a", "b", "c", "d"].map((id) => ({ id, label: id, status })),
      incidentIds: [],
    });
    expect(announceChanges(many("healthy"), many("delayed"))).toBe("4 sources changed status.");
  });
});

describe("keeping the last page", () => {
  const page = (now: string) => ({ now, score: 90 });

  it("shows the last content when a refresh fails in passing", async () => {
    const memory = keepLastPage<{ now: string; score: number }>();
    memory.remember("/app", page("2026-11-24T10:00:00Z"));
    const kept = await memory.refresh("/app", () => Promise.reject(new TypeError("Failed to fetch")));
    expect(kept).toEqual({ now: "2026-11-24T10:00:00Z", score: 90, refreshFailedAt: "2026-11-24T10:00:00Z" });
    const fresh = await memory.refresh("/app", () => Promise.resolve(page("2026-11-24T10:02:00Z")));
    expect(fresh).not.toHaveProperty("refreshFailedAt");
  });

  it("throws when there is nothing to show, or another page's content only", async () => {
    const memory = keepLastPage<{ now: string }>();
    memory.remember("/app", page("2026-11-24T10:00:00Z"));
    await expect(
      memory.refresh("/app/connectors/1", () => Promise.reject(new TypeError("x"))),
    ).rejects.toThrow("x");
  });

  it.each([
    [new TypeError("Failed to fetch"), true],
    [new Response(null, { status: 503 }), true],
    [new Response(null, { status: 429 }), true],
    [new Response(null, { status: 404 }), false],
    [new Response(null, { status: 401 }), false],
    [new Error("Unexpected Server Error"), true],
  ])("%o passes by itself: %s", (error, passes) => expect(isPassingFailure(error)).toBe(passes));
});
