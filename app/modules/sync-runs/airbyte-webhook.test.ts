import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { notificationOf } from "#demo/airbyte/notify.ts";
import { readHint } from "./airbyte-webhook.ts";

const connectionId = "18dccc91-0000-4000-8000-00000000000a";
const job = {
  jobId: 9988377,
  connectionId,
  jobType: "sync" as const,
  status: "failed" as const,
  createdAt: new Date("2026-11-20T10:00:00Z"),
  updatedAt: new Date("2026-11-20T10:30:00Z"),
  rows: 10,
};
const connection = {
  kind: "shopify" as const,
  connectionId,
  sourceId: "s",
  destinationId: "d",
  name: "Shopify → PG",
  workspaceId: "w",
  shopDomain: "a.myshopify.com",
  currency: "USD",
  scale: 1,
  streams: [],
  everyMinutes: 60,
  status: "active" as const,
  behaviour: "normal" as const,
  createdAt: new Date(0),
};
const failure = (data: object) => ({
  data: { connection: { id: connectionId }, jobId: 7, success: false, ...data },
});

describe("a notification about a job", () => {
  it("of a failure names the job, its connection and why", () => {
    expect(readHint(notificationOf(job, connection))).toEqual({
      about: "job",
      jobId: "9988377",
      connectionId,
      failureReason: "source_unavailable",
      errorMessage: "The source could not be reached. The sync will be tried again.",
    });
  });

  it("of a success names no reason", () => {
    expect(readHint(notificationOf({ ...job, status: "succeeded" }, connection))).toMatchObject({
      about: "job",
      failureReason: null,
      errorMessage: null,
    });
  });

  it("of a queued job says success: false without an error, which is no failure", () => {
    expect(readHint(failure({ errorMessage: null, errorType: null }))).toMatchObject({
      about: "job",
      failureReason: null,
      errorMessage: null,
    });
  });

  it.each([
    ["heartbeat_timeout", "source", "timed_out"],
    ["destination_timeout", "destination", "timed_out"],
    ["refresh_schema", "source", "schema_changed"],
    ["transient_error", "source", "source_unavailable"],
    ["transient_error", "destination", "destination_unavailable"],
    ["transient_error", "airbyte_platform", "unknown"],
    ["config_error", "source", "unknown"],
    ["system_error", "replication", "unknown"],
    ["a_type_of_tomorrow", "source", "unknown"],
  ])("by its type alone, %s of the %s is %s", (errorType, errorOrigin, reason) => {
    expect(readHint(failure({ errorMessage: "It failed.", errorType, errorOrigin }))).toMatchObject({
      failureReason: reason,
    });
  });

  it("whose message is about credentials is believed over its type", () => {
    expect(
      readHint(
        failure({
          errorMessage: "401 Unauthorized: invalid access token",
          errorType: "config_error",
          errorOrigin: "source",
        }),
      ),
    ).toMatchObject({ failureReason: "credentials" });
  });
});

describe("a notification about a connection", () => {
  it.each([
    [
      `Your connection from A to B was automatically disabled because it failed 20 times consecutively.\n\nWorkspace ID: ${connectionId.replace("a", "b")}\nConnection ID: ${connectionId}`,
    ],
    [
      `The schema of '<https://cloud.example/workspaces/x/connections/${connectionId.toUpperCase()}|A>' has changed.`,
    ],
  ])("names it in its text: %s", (text) => {
    expect(readHint({ text })).toEqual({ about: "connection", connectionId });
  });
});

it.each([
  [
    "the test button's text",
    { text: "Hello World! This is a test from Airbyte to try slack notification settings" },
  ],
  ["no object", "x"],
  ["nothing", null],
  ["a list", []],
  ["a job id that is no number", failure({ jobId: "9 OR 1=1" })],
  ["a job id that is too long", failure({ jobId: "1".repeat(20) })],
])("%s is about nothing", (_, body) => {
  expect(readHint(body)).toEqual({ about: "nothing" });
});

it("never throws, whatever JSON comes", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (body) => {
      expect(["job", "connection", "nothing"]).toContain(readHint(body).about);
    }),
  );
});
