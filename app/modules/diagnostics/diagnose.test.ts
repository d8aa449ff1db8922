import { describe, expect, it, test } from "vitest";
import { diagnose } from "./diagnose.ts";
import type { DiagnosticFacts } from "./facts.ts";

const now = new Date("2026-11-25T12:00:00Z");
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

/** A source of Airbyte that syncs as it should. */
const well: DiagnosticFacts = {
  connectorId: "00000000-0000-4000-8000-000000000001",
  source: "meta_ads",
  label: "Meta Ads",
  engine: "airbyte",
  addedAt: ago(90 * 1440),
  isPaused: false,
  now,
  workspace: { lastPolledAt: ago(2), unreachableSince: null, reason: null },
  isEngineUnreachable: false,
  connectionName: "Meta → warehouse",
  connectionStatus: "active",
  liveIngestKeys: 1,
  ingestKeyUsedAt: ago(5),
  hasBackfillUrl: true,
  hasStarted: true,
  lastSucceededAt: ago(30),
  firstRunStartedAt: ago(90 * 1440),
  runningSince: null,
  isRunning: false,
  syncRequestedAt: null,
  isSyncRequested: false,
  syncRequestProblem: null,
  warningMinutes: 1440,
  freshness: null,
  failuresInARow: 0,
  failureReason: null,
  failures: {},
  lastError: null,
  lastFailedAt: null,
  lastBackfill: null,
  activeBackfill: null,
  earliestDay: "2000-01-01",
  limitReason: null,
};
const never = { ...well, hasStarted: false, lastSucceededAt: null, firstRunStartedAt: null } as const;
const late = { ...well, lastSucceededAt: ago(60 * 50), freshness: "high" } as const;
const push = { engine: "push", workspace: null, connectionName: null, connectionStatus: null } as const;
const failing = (reason: keyof DiagnosticFacts["failures"], count = 2) =>
  ({
    failuresInARow: count,
    failureReason: reason,
    failures: { [reason]: count },
    lastFailedAt: ago(40),
  }) as const;

test("a source that is well raises no question", () => {
  expect(diagnose(well)).toEqual([]);
});
test("a source that is paused raises none either", () => {
  expect(diagnose({ ...late, isPaused: true })).toEqual([]);
  expect(diagnose({ ...never, isPaused: true })).toEqual([]);
});

/** Which of the things that were looked at are not right, by their names. */
const wrong = (facts: DiagnosticFacts, kind: string) => {
  const found = diagnose(facts).find((one) => one.kind === kind);
  return (
    found && {
      wrong: found.checked.filter(({ ok }) => ok === false).map(({ what }) => what),
      action: found.action.code,
    }
  );
};

describe("never synced", () => {
  it.each<[string, Partial<DiagnosticFacts>, string[], string]>([
    [
      "no connection is matched",
      { connectionStatus: null, connectionName: null },
      ["Airbyte connection found", "A sync ever started"],
      "open_setup",
    ],
    [
      "the shop has no workspace",
      { connectionStatus: null, connectionName: null, workspace: null },
      ["Airbyte workspace", "Airbyte connection found", "A sync ever started"],
      "open_setup",
    ],
    [
      "its connection is gone",
      { connectionStatus: "deprecated" },
      ["Airbyte connection found", "Connection active", "A sync ever started"],
      "open_setup",
    ],
    [
      "its connection is off",
      { connectionStatus: "inactive" },
      ["Connection active", "A sync ever started"],
      "look_at_airbyte",
    ],
    [
      "its connection is locked",
      { connectionStatus: "locked" },
      ["Connection active", "A sync ever started"],
      "look_at_airbyte",
    ],
    [
      "Airbyte does not answer",
      {
        isEngineUnreachable: true,
        workspace: { lastPolledAt: ago(90), unreachableSince: ago(80), reason: "timeout" },
      },
      ["Airbyte answers", "A sync ever started"],
      "look_at_airbyte",
    ],
    [
      "the first import runs",
      { hasStarted: true, firstRunStartedAt: ago(30), isRunning: true, runningSince: ago(30) },
      [],
      "wait",
    ],
    [
      "the first sync was asked for",
      { isSyncRequested: true, syncRequestedAt: ago(1) },
      ["A sync ever started"],
      "wait",
    ],
    [
      "every sync failed for want of a sign-in",
      { hasStarted: true, firstRunStartedAt: ago(90), ...failing("credentials") },
      ["Failed syncs"],
      "replace_credentials",
    ],
    [
      "every sync failed for another reason",
      { hasStarted: true, firstRunStartedAt: ago(90), ...failing("timed_out") },
      ["Failed syncs"],
      "sync_now",
    ],
    ["syncs were cancelled", { hasStarted: true, firstRunStartedAt: ago(90) }, [], "sync_now"],
    ["nothing was ever started", {}, ["A sync ever started"], "sync_now"],
    [
      "a pipeline never reported",
      { ...push, ingestKeyUsedAt: null },
      ["The shop's pipelines report", "A sync ever started"],
      "look_at_pipeline",
    ],
    [
      "a pipeline has no key",
      { ...push, ingestKeyUsedAt: null, liveIngestKeys: 0 },
      ["Ingest key", "A sync ever started"],
      "look_at_pipeline",
    ],
  ])("%s", (_, facts, expected, action) => {
    expect(wrong({ ...never, ...facts }, "never_synced")).toEqual({ wrong: expected, action });
  });
});

describe("late, or failing", () => {
  it.each<[string, Partial<DiagnosticFacts>, string[], string]>([
    [
      "the sign-in is no longer accepted",
      failing("credentials"),
      ["Failed syncs since", "Sign-in and permissions"],
      "replace_credentials",
    ],
    [
      "the same for a pipeline",
      { ...push, ...failing("credentials") },
      ["Failed syncs since", "Sign-in and permissions"],
      "ask_merchant",
    ],
    [
      "a permission is missing",
      failing("permission"),
      ["Failed syncs since", "Sign-in and permissions"],
      "ask_merchant",
    ],
    ["the source asks to slow down", failing("rate_limited"), ["Failed syncs since", "Rate limits"], "wait"],
    ["the source does not answer", failing("source_unavailable"), ["Failed syncs since"], "wait"],
    [
      "the warehouse does not answer",
      failing("destination_unavailable"),
      ["Failed syncs since"],
      "look_at_airbyte",
    ],
    ["the schema changed", failing("schema_changed"), ["Failed syncs since"], "look_at_airbyte"],
    ["no reason is given", failing("unknown"), ["Failed syncs since"], "sync_now"],
    ["the connection is off", { connectionStatus: "inactive" }, ["Connection active"], "look_at_airbyte"],
    [
      "the connection is off, whatever failed before",
      { connectionStatus: "inactive", ...failing("credentials") },
      ["Connection active", "Failed syncs since", "Sign-in and permissions"],
      "look_at_airbyte",
    ],
    [
      "a sync runs after failures that may pass",
      { ...failing("timed_out"), isRunning: true, runningSince: ago(3) },
      ["Failed syncs since"],
      "wait",
    ],
    [
      "a sync runs that will fail like the one before",
      { ...failing("credentials"), isRunning: true, runningSince: ago(3) },
      ["Failed syncs since", "Sign-in and permissions"],
      "replace_credentials",
    ],
    ["nothing was started", {}, [], "sync_now"],
    ["a pipeline is silent", push, [], "look_at_pipeline"],
  ])("%s", (_, facts, expected, action) => {
    expect(wrong({ ...late, ...facts }, "stale")).toEqual({
      wrong: ["Last successful sync", ...expected],
      action,
    });
  });

  it("is asked before it is late, where syncs fail", () => {
    const [diagnosis] = diagnose({ ...well, ...failing("rate_limited", 1) });
    expect(diagnosis).toMatchObject({ kind: "stale", question: "Why do syncs of Meta Ads fail?" });
  });

  it("does not clear the sign-in where the engine gives no reason", () => {
    const [diagnosis] = diagnose({ ...late, ...failing("unknown") });
    const found = diagnosis!.checked.find(({ what }) => what === "Sign-in and permissions");
    expect(found).toMatchObject({ ok: null, found: "Not said: the engine gives no reason" });
  });

  it("tells what was said of the last failure, shortened", () => {
    const said = diagnose({ ...late, ...failing("unknown"), lastError: "x".repeat(900) })[0]!.checked.find(
      ({ what }) => what === "What was said",
    );
    expect(said?.found).toHaveLength(302);
  });
});

describe("a backfill that fails", () => {
  const failed = {
    status: "failed",
    reason: "source_failed",
    startDay: "2026-10-01",
    endDay: "2026-10-31",
    createdAt: ago(61),
    endedAt: ago(60),
  } as const;
  const other = { label: "Google Ads", isOwn: false, status: "running", createdAt: ago(90) } as const;
  it.each<[string, Partial<DiagnosticFacts>, string[], string]>([
    ["once, for a reason that passes", { lastBackfill: failed }, [], "backfill"],
    [
      "while another on the same connection is active",
      { lastBackfill: failed, activeBackfill: other },
      ["No other is active"],
      "backfill",
    ],
    [
      "before what the platform serves",
      { lastBackfill: failed, earliestDay: "2026-10-15" },
      ["Its days can still be had"],
      "backfill",
    ],
    [
      "for want of a sign-in",
      { lastBackfill: { ...failed, reason: "credentials" } },
      [],
      "replace_credentials",
    ],
    [
      "with a connection that is off",
      { lastBackfill: { ...failed, reason: "connection_disabled" }, connectionStatus: "inactive" },
      ["A connection of this shop"],
      "look_at_airbyte",
    ],
    [
      "without an address of its pipeline",
      { ...push, hasBackfillUrl: false, lastBackfill: { ...failed, reason: "pipeline_silent" } },
      ["The pipeline can be asked"],
      "look_at_pipeline",
    ],
    [
      "and waits for a person",
      {
        lastBackfill: { ...failed, status: "needs_operator", endedAt: null, reason: "no_way_to_backfill" },
        activeBackfill: { ...other, isOwn: true, status: "needs_operator" },
      },
      [],
      "finish_backfill",
    ],
  ])("%s", (_, facts, expected, action) => {
    expect(wrong({ ...well, ...facts }, "backfill_fails")).toEqual({
      wrong: ["The last one", ...expected],
      action,
    });
  });

  it.each([
    ["at once", ago(61), ago(60), "Why does the backfill of Meta Ads fail at once?"],
    ["in the end", ago(120), ago(60), "Why did the backfill of Meta Ads fail?"],
  ])("says whether it failed %s", (_, createdAt, endedAt, question) => {
    expect(diagnose({ ...well, lastBackfill: { ...failed, createdAt, endedAt } })[0]?.question).toBe(
      question,
    );
  });

  it.each([
    ["one that is done", { status: "completed", reason: null }],
    ["one that failed a month and a day ago", { endedAt: ago(31 * 1440), createdAt: ago(31 * 1440) }],
  ] as const)("is not asked of %s", (_, backfill) => {
    expect(diagnose({ ...well, lastBackfill: { ...failed, ...backfill } })).toEqual([]);
  });

  it("is told beside why the source is late", () => {
    expect(diagnose({ ...late, lastBackfill: failed }).map(({ kind }) => kind)).toEqual([
      "stale",
      "backfill_fails",
    ]);
  });
});
