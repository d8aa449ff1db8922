import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sourceKeys, sources } from "../connectors/sources.ts";
import {
  type AlertMessage,
  tellBrokenChannel,
  tellIncidentAlert,
  tellTest,
  tellUpstreamAlert,
} from "./alert-message.ts";
import { toPagerDutyEvent } from "./pagerduty-event.ts";

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
const { paths, components } = JSON.parse(
  readFileSync(new URL("../../../specs/pagerduty/events-v2-openapiv3.json", import.meta.url), "utf8"),
);
const { schema } = paths["/enqueue"].post.requestBody.content["application/json"];
const validate = ajv.compile({ ...schema, components });

const routingKey = "a".repeat(32);
const at = new Date("2026-11-24T10:00:00Z");
const told = (changes: Partial<Parameters<typeof tellIncidentAlert>[0]> = {}) =>
  tellIncidentAlert({
    event: "opened",
    severity: "critical",
    incidentId: "0191f6f1-0000-7000-8000-000000000001",
    shop: "a-shop.myshopify.com",
    source: "meta_ads",
    check: "freshness",
    title: "Meta Ads is late",
    detail: "The last successful sync ended 5 days ago; it should be at most 24 hours.",
    openedAt: at,
    resolvedAt: null,
    url: "https://admin.shopify.com/store/a-shop/apps/key/app/incidents/1",
    ...changes,
  });

/** What PagerDuty's document asks for, and the limits that it only has in prose. */
function expectAccepted(event: ReturnType<typeof toPagerDutyEvent>): void {
  const body = { routing_key: routingKey, ...event };
  validate(body);
  expect(validate.errors ?? []).toEqual([]);
  expect(body.dedup_key.length).toBeGreaterThan(0);
  expect(body.dedup_key.length).toBeLessThanOrEqual(255);
  const written = JSON.stringify(body);
  expect(Buffer.byteLength(written)).toBeLessThanOrEqual(512_000);
  // JSON.stringify writes half a surrogate pair as an escape.
  expect(written).not.toMatch(/\\ud[89a-f]/i);
  expect(JSON.parse(written)).toEqual(body);
  if (body.event_action !== "trigger") return;
  expect(body.payload.summary.trim().length).toBeGreaterThan(0);
  expect(body.payload.summary.length).toBeLessThanOrEqual(1024);
  expect(body.payload.source.length).toBeGreaterThan(0);
}

it("the document really refuses what is wrong", () => {
  const { payload, ...event } = toPagerDutyEvent(told()) as { payload: object; [key: string]: unknown };
  expect(validate({ ...event, payload })).toBe(false);
  expect(validate({ routing_key: routingKey, ...event, payload: { ...payload, severity: "high" } })).toBe(
    false,
  );
  expect(validate({ routing_key: routingKey, ...event, payload: { ...payload, timestamp: "today" } })).toBe(
    false,
  );
});

it("an incident that opened triggers", () => {
  const event = toPagerDutyEvent(told());
  expectAccepted(event);
  expect(event).toEqual({
    event_action: "trigger",
    dedup_key: "0191f6f1-0000-7000-8000-000000000001",
    payload: {
      summary:
        "Critical: Meta Ads is late · a-shop.myshopify.com · Meta Ads (meta_ads). The last successful sync ended 5 days ago; it should be at most 24 hours.",
      source: "a-shop.myshopify.com/meta_ads",
      severity: "critical",
      timestamp: "2026-11-24T10:00:00.000Z",
      component: "meta_ads",
      group: "a-shop.myshopify.com",
      class: "freshness",
      custom_details: {
        shop: "a-shop.myshopify.com",
        source: "Meta Ads (meta_ads)",
        severity: "Critical",
        check: "freshness",
        detail: "The last successful sync ended 5 days ago; it should be at most 24 hours.",
      },
    },
    client: "Sync Health",
    client_url: "https://admin.shopify.com/store/a-shop/apps/key/app/incidents/1",
    links: [
      {
        href: "https://admin.shopify.com/store/a-shop/apps/key/app/incidents/1",
        text: "Open incident",
      },
    ],
  });
});

describe("over an incident's life", () => {
  it.each([
    ["opened", "trigger"],
    ["escalated", "trigger"],
    ["reopened", "trigger"],
    ["snooze_ended", "trigger"],
    ["acknowledged", "acknowledge"],
    ["resolved", "resolve"],
  ] as const)("%s is %s, with the same key", (event, action) => {
    const sent = toPagerDutyEvent(told({ event, resolvedAt: at }));
    expectAccepted(sent);
    expect(sent.event_action).toBe(action);
    expect(sent.dedup_key).toBe("0191f6f1-0000-7000-8000-000000000001");
  });

  it.each(["acknowledged", "resolved"] as const)("%s says of which shop and source it is", (event) => {
    const { payload } = toPagerDutyEvent(told({ event }));
    expect(payload.source).toBe(toPagerDutyEvent(told({ event: "opened" })).payload.source);
  });

  it.each([
    ["warning", "warning"],
    ["high", "error"],
    ["critical", "critical"],
  ] as const)("%s is %s there", (severity, theirs) => {
    expect(toPagerDutyEvent(told({ severity }))).toMatchObject({ payload: { severity: theirs } });
  });
});

describe("what is told of no single source or shop", () => {
  const upstream = {
    severity: "critical",
    upstreamEventId: "0191f6f1-0000-7000-8000-000000000003",
    source: "meta_ads",
    shopsAffected: 12,
    startedAt: at,
  } as const;
  it.each<[string, AlertMessage, string, string]>([
    [
      "an incident of several sources",
      told({ source: null }),
      "a-shop.myshopify.com",
      "0191f6f1-0000-7000-8000-000000000001",
    ],
    [
      "a source that fails for many shops",
      tellUpstreamAlert({ ...upstream, event: "opened", endedAt: null }),
      "sync-health/meta_ads",
      upstream.upstreamEventId,
    ],
    [
      "a channel that takes nothing",
      tellBrokenChannel({ event: "opened", channel: "slack", at }),
      "sync-health",
      "channel:slack",
    ],
    [
      "a test",
      tellTest("0191f6f1-0000-7000-8000-000000000002", at),
      "sync-health",
      "test:0191f6f1-0000-7000-8000-000000000002",
    ],
  ])("%s", (_, message, source, key) => {
    const event = toPagerDutyEvent(message);
    expectAccepted(event);
    expect(event).toMatchObject({ dedup_key: key, payload: { source } });
    expect(JSON.stringify(event)).not.toContain("null");
  });
});

describe("at PagerDuty's limits", () => {
  const summaryOf = (summary: string) => {
    const event = toPagerDutyEvent({ ...told(), summary });
    expectAccepted(event);
    return event.event_action === "trigger" ? event.payload.summary : "";
  };
  it.each([
    ["a summary that just fits", "x".repeat(1024), "x".repeat(1024)],
    ["one character more", "x".repeat(1025), `${"x".repeat(1023)}…`],
    ["a pair at its end", `${"x".repeat(1022)}🚚`, `${"x".repeat(1022)}🚚`],
    ["a pair across the limit", `${"x".repeat(1022)}🚚yz`, `${"x".repeat(1022)}…`],
    ["half a pair", "a\ud83db", "a�b"],
  ])("%s", (_, summary, expected) => {
    expect(summaryOf(summary)).toBe(expected);
  });

  it.each([
    [4000, "x".repeat(4000)],
    [4001, `${"x".repeat(3999)}…`],
  ])("a detail of %i characters", (length, expected) => {
    expect(toPagerDutyEvent({ ...told(), detail: "x".repeat(length) })).toMatchObject({
      payload: { custom_details: { detail: expected } },
    });
  });
});

it("whatever a merchant's words are, it is accepted, and names shop and source", () => {
  const character = fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    fc.constantFrom("\ud83d", "\ude9a", "🚚", "\n", "\u0000", '"'),
  );
  const words = fc
    .tuple(fc.array(character, { maxLength: 60, size: "max" }), fc.integer({ min: 1, max: 80 }))
    .map(([parts, times]) => parts.join("").repeat(times));
  fc.assert(
    fc.property(
      words,
      words,
      fc.constantFrom(...sourceKeys),
      fc.constantFrom("opened", "escalated", "reopened", "snooze_ended", "acknowledged", "resolved"),
      (title, detail, source, event) => {
        const sent = toPagerDutyEvent(told({ title, detail, source, event, resolvedAt: at }));
        expectAccepted(sent);
        if (sent.event_action === "trigger")
          expect(sent.payload.summary).toContain(
            `a-shop.myshopify.com · ${sources[source].label} (${source})`,
          );
      },
    ),
    { numRuns: 300 },
  );
});
