import { describe, expect, it } from "vitest";
import { readRetryAfter } from "#app/platform/http/retry-after.ts";
import { judgeRefusal, readProblem, withoutSecrets } from "./errors.ts";
import { AirbyteConnection, AirbyteJob } from "./schemas.ts";

describe("judgeRefusal", () => {
  it.each([
    [400, "rejected", "never"],
    [401, "unauthorized", "never"],
    [403, "unauthorized", "never"],
    [404, "not_found", "never"],
    [408, "unreachable", "backoff"],
    [409, "conflict", "backoff"],
    [422, "rejected", "never"],
    [302, "rejected", "never"],
    [500, "unreachable", "backoff"],
    [502, "unreachable", "backoff"],
    [504, "unreachable", "backoff"],
  ] as const)("%i is %s, retried: %s", (status, kind, retry) => {
    expect(judgeRefusal(status, null, 75)).toEqual({ kind, retry });
  });

  it("waits as long as a 429 says, or our own while", () => {
    expect(judgeRefusal(429, 7, 75).retry).toEqual({ afterSeconds: 7 });
    expect(judgeRefusal(429, null, 75).retry).toEqual({ afterSeconds: 75 });
  });
});

describe("what is read from a refusal", () => {
  const now = new Date("2026-11-20T10:00:00Z");
  it.each([
    ["7", 7],
    ["0", 0],
    ["Fri, 20 Nov 2026 10:00:30 GMT", 30],
    ["Fri, 20 Nov 2026 09:00:00 GMT", 0],
    ["999999", 3600],
    ["soon", null],
    [null, null],
  ])("Retry-After %s is %s", (header, seconds) => {
    expect(readRetryAfter(header, now)).toBe(seconds);
  });

  it.each([
    [
      '{"status":409,"title":"try-again-later","detail":"d","data":{"message":"A sync is already running"}}',
      "A sync is already running",
    ],
    ['{"title":"t","detail":"d","data":null}', "d"],
    ['{"title":"t"}', "t"],
    ['{"message":"You are being rate limited."}', "You are being rate limited."],
    ['{"errorId":"1"}', null],
    ["<html>502</html>", null],
    ["", null],
    ["[]", null],
    ["null", null],
  ])("%s says %s", (body, text) => {
    expect(readProblem(body)).toBe(text);
  });

  it("holds no secret, token or address", () => {
    const text = withoutSecrets("s3cret Bearer abc.def https://me:pw@host/x eyJhbGciOi.eyJzdWIi.sig", [
      "s3cret",
      "",
    ]);
    expect(text).toBe("[hidden] Bearer [hidden] [address] [hidden]");
  });
});

describe("answers are read leniently", () => {
  it("takes timestamps without seconds, new statuses and missing fields", () => {
    expect(
      AirbyteJob.parse({
        jobId: 5,
        connectionId: "C",
        status: "hibernating",
        startTime: "2023-03-25T01:30Z",
        duration: "PT8H6M12S",
      }),
    ).toEqual({
      jobId: "5",
      connectionId: "c",
      status: "unknown",
      jobType: "unknown",
      createdAt: new Date("2023-03-25T01:30:00Z"),
      lastUpdatedAt: null,
      durationMs: 29_172_000,
      rowsSynced: null,
      bytesSynced: null,
    });
  });

  it("takes a connection with nothing but its id", () => {
    expect(AirbyteConnection.parse({ connectionId: "C" })).toEqual({
      connectionId: "c",
      name: "",
      status: "active",
      sourceId: null,
      destinationId: null,
      workspaceId: null,
      streams: [],
    });
  });
});
