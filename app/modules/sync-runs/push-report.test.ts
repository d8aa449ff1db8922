import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { findFutureInstants, PushReport, toSyncRunReport } from "./push-report.ts";

const report = (run: object) =>
  PushReport.safeParse({
    type: "sync_runs.reported",
    timestamp: "2026-11-24T06:00:00Z",
    data: { runs: [run] },
  });
const running = { source: "klaviyo", externalRunId: "r", status: "running" } as const;
const ended = { ...running, status: "succeeded", endedAt: "2026-11-24T06:00:00Z" } as const;

it("signs as Standard Webhooks 1.0.0 does", () => {
  const signature = new Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").sign(
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    new Date(1614265330_000),
    '{"test": 2432232314}',
  );
  expect(signature).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
});

describe("a run", () => {
  it.each(["queued", "running"])("that is %s has no end", (status) => {
    expect(report({ ...running, status }).success).toBe(true);
    expect(report({ ...ended, status }).success).toBe(false);
  });

  it.each(["succeeded", "failed", "cancelled"])("that %s has an end", (status) => {
    expect(report({ ...ended, status }).success).toBe(true);
    expect(report({ ...running, status }).success).toBe(false);
  });

  it("may state instants with an offset, to any fraction of a second", () => {
    const parsed = report({ ...ended, endedAt: "2026-11-24T08:00:00.123456+02:00" });
    expect(toSyncRunReport(parsed.data!.data.runs[0]!, "c").endedAt).toEqual(
      new Date("2026-11-24T06:00:00.123Z"),
    );
    expect(report({ ...ended, endedAt: "2026-11-24 06:00" }).success).toBe(false);
  });

  it("says null for what it does not say", () => {
    expect(toSyncRunReport(running, "c")).toEqual({
      connectorId: "c",
      externalRunId: "r",
      status: "running",
      queuedAt: null,
      startedAt: null,
      endedAt: null,
      rowsSynced: null,
      bytesSynced: null,
      failureReason: null,
      errorMessage: null,
    });
  });

  it("keeps of its error what can be stored: 2,000 characters, no zero byte, no half character", () => {
    const keep = (errorMessage: string) => toSyncRunReport({ ...ended, errorMessage }, "c").errorMessage;
    expect(keep("x".repeat(3000))).toHaveLength(2000);
    expect(keep("a\0b")).toBe("ab");
    expect(keep(`${"x".repeat(1999)}😀`)?.isWellFormed()).toBe(true);
    expect(keep("")).toBeNull();
  });
});

it("may lie five minutes in the future, for clocks that differ, and no more", () => {
  const now = new Date("2026-11-24T06:00:00Z");
  const at = (text: string) =>
    findFutureInstants([running, { ...ended, startedAt: text, endedAt: text }], now);
  expect(at("2026-11-24T06:05:00Z")).toEqual({});
  const message = ["must not be more than 5 minutes in the future"];
  expect(at("2026-11-24T06:05:00.001Z")).toEqual({
    "data.runs.1.startedAt": message,
    "data.runs.1.endedAt": message,
  });
});
