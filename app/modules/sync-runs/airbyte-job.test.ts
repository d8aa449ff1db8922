import { describe, expect, it } from "vitest";
import { type JobFacts, reportsOfJob } from "./airbyte-job.ts";

const createdAt = new Date("2026-11-20T10:00:00Z");
const job: JobFacts = {
  jobId: "7",
  status: "succeeded",
  createdAt,
  lastUpdatedAt: new Date("2026-11-20T10:04:00Z"),
  durationMs: 240_000,
  rowsSynced: 12,
  bytesSynced: 99,
};

describe("reportsOfJob", () => {
  it.each([
    ["pending", "queued"],
    ["queued", "queued"],
    ["running", "running"],
    ["incomplete", "running"],
    ["unknown", "running"],
    ["failed", "failed"],
    ["succeeded", "succeeded"],
    ["cancelled", "cancelled"],
  ] as const)("a %s job is a %s run", (status, expected) => {
    const [report] = reportsOfJob({ ...job, status }, ["a"]);
    expect(report?.status).toBe(expected);
    expect(report?.endedAt !== null).toBe(["failed", "succeeded", "cancelled"].includes(expected));
    expect(report?.startedAt).toEqual(expected === "queued" ? null : createdAt);
  });

  it("counts rows for the only connector of a connection", () => {
    expect(reportsOfJob(job, ["a"])[0]).toMatchObject({
      connectorId: "a",
      externalRunId: "7",
      rowsSynced: 12,
      bytesSynced: 99,
    });
  });

  it("leaves rows open where two connectors share a job", () => {
    expect(reportsOfJob(job, ["a", "b"]).map((each) => [each.connectorId, each.rowsSynced])).toEqual([
      ["a", null],
      ["b", null],
    ]);
  });

  it("works the end out from start and duration when Airbyte leaves it out", () => {
    expect(reportsOfJob({ ...job, lastUpdatedAt: null }, ["a"])[0]?.endedAt).toEqual(
      new Date("2026-11-20T10:04:00Z"),
    );
    expect(reportsOfJob({ ...job, lastUpdatedAt: null, durationMs: null }, ["a"])[0]?.endedAt).toEqual(
      createdAt,
    );
  });
});
