import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answerFlowTrigger } from "#e2e/support/shopify-flow.ts";
import {
  type ShopifyAnswer,
  type ShopifyStandIn,
  startShopifyStandIn,
} from "#e2e/support/shopify-stand-in.ts";
import { createShopifyAdmin } from "../shopify/admin-api.ts";
import type { ShopifyCallError } from "../shopify/errors.ts";
import {
  type FlowEvent,
  type FlowOutcome,
  fireFlowTrigger,
  judgeFlowFailure,
  MAX_PROPERTIES_BYTES,
} from "./flow-trigger.ts";

const access = { domain: "a-shop.myshopify.com", accessToken: "shpat_secret" };
const admin = createShopifyAdmin({
  apiKey: "test-api-key",
  apiSecret: "test-api-secret",
  appUrl: "https://app.example.com",
  timeoutMs: 300,
});
const event: FlowEvent = {
  handle: "sync-incident-opened",
  properties: { Title: "Meta Ads is late", "Duration minutes": 42 },
};

let shopify: ShopifyStandIn;
beforeAll(async () => {
  shopify = await startShopifyStandIn();
});
beforeEach(() => {
  shopify.reset();
  shopify.onAdminApi = answerFlowTrigger;
});
afterAll(() => shopify?.stop());

const fire = (fired: FlowEvent = event): Promise<FlowOutcome> =>
  fireFlowTrigger(admin, access, fired).catch((error: ShopifyCallError) => judgeFlowFailure(error));
const answered = (answer: ShopifyAnswer): Promise<FlowOutcome> => {
  shopify.onAdminApi = () => answer;
  return fire();
};
const withUserError = (message: string) => ({
  body: { data: { flowTriggerReceive: { userErrors: [{ field: ["body"], message }] } } },
});

describe("what Flow is told", () => {
  it("is the trigger's handle and its properties, with the shop's token", async () => {
    expect(await fire()).toEqual({ outcome: "sent" });
    expect(shopify.calls).toMatchObject([
      {
        domain: access.domain,
        path: "/admin/api/2026-07/graphql.json",
        accessToken: "shpat_secret",
        body: {
          variables: {
            handle: "sync-incident-opened",
            payload: { Title: "Meta Ads is late", "Duration minutes": 42 },
          },
        },
      },
    ]);
  });

  it("may take as many bytes as Flow reads, and not one more: that is not even sent", async () => {
    const filled = (bytes: number) => ({
      ...event,
      properties: { Detail: "ü".repeat((bytes - '{"Detail":""}'.length) / 2) + "x".repeat((bytes + 1) % 2) },
    });
    expect(await fire(filled(MAX_PROPERTIES_BYTES))).toEqual({ outcome: "sent" });
    expect(shopify.calls).toHaveLength(1);
    expect(await fire(filled(MAX_PROPERTIES_BYTES + 2))).toMatchObject({
      outcome: "failed",
      retry: "never",
      reason: "too_large",
    });
    expect(shopify.calls).toHaveLength(1);
  });
});

describe("a trigger that Flow refuses is never tried again", () => {
  it("because no deployed version of the app has it", async () => {
    expect(await fire({ ...event, handle: "sync-incident-missing" })).toEqual({
      outcome: "failed",
      retry: "never",
      reason: "unknown_trigger",
      detail: "Flow refused the trigger: Errors validating schema: Invalid handle 'sync-incident-missing'.",
    });
  });

  it.each([
    ["Errors validating schema:\n  Properties size exceeds the limit of 50000 bytes.\n", "too_large"],
    ["Errors validating schema:\n  Required field missing: 'Title'.\n", "invalid_properties"],
    ["Something new", "invalid_properties"],
  ])("because %j", async (message, reason) => {
    expect(await answered(withUserError(message))).toMatchObject({
      outcome: "failed",
      retry: "never",
      reason,
    });
  });

  it("and what it says is cut to a readable length", async () => {
    const outcome = await answered(withUserError("long ".repeat(10_000)));
    expect(outcome).toMatchObject({
      outcome: "failed",
      detail: expect.stringMatching(/^Flow refused.{285}/),
    });
    expect(outcome.outcome === "failed" && outcome.detail.length).toBe(300);
  });
});

describe("an answer of Shopify's API", () => {
  const failed = (retry: unknown, reason: string) => ({ outcome: "failed", retry, reason });
  it.each([
    [400, failed("never", "rejected")],
    [401, failed("backoff", "token_dead")],
    [402, { outcome: "skipped", reason: "gone" }],
    [403, failed("backoff", "token_dead")],
    [404, { outcome: "skipped", reason: "gone" }],
    [406, failed("never", "rejected")],
    [408, failed("backoff", "unreachable")],
    [413, failed("never", "rejected")],
    [422, failed("never", "rejected")],
    [423, { outcome: "skipped", reason: "gone" }],
    [429, failed({ afterSeconds: 2 }, "throttled")],
    [500, failed("backoff", "unreachable")],
    [502, failed("backoff", "unreachable")],
    [503, failed("backoff", "unreachable")],
  ])("of %i means %j", async (status, verdict) => {
    expect(await answered({ status, body: { errors: "no" } })).toMatchObject(verdict);
  });

  it.each([
    [429, "2.0", 2],
    [429, "17", 17],
    [429, "0.4", 1],
    [429, "86400", 3_600],
    [429, "soon", 2],
    [503, "30", 30],
  ])("of %i with Retry-After: %s is obeyed: again after %i seconds", async (status, after, afterSeconds) => {
    expect(await answered({ status, headers: { "retry-after": after }, body: {} })).toMatchObject({
      retry: { afterSeconds },
    });
  });

  it.each([
    [
      "that throttles by cost waits for what is missing",
      { available: 3, restoreRate: 2 },
      { afterSeconds: 4 },
    ],
    ["that throttles and does not say for how long", null, { afterSeconds: 2 }],
  ])("%s", async (_, bucket, retry) => {
    const throttleStatus = bucket && {
      maximumAvailable: 1_000,
      currentlyAvailable: bucket.available,
      restoreRate: bucket.restoreRate,
    };
    const body = {
      errors: [{ message: "Throttled", extensions: { code: "THROTTLED" } }],
      ...(bucket ? { extensions: { cost: { requestedQueryCost: 10, throttleStatus } } } : {}),
    };
    expect(await answered({ body })).toMatchObject(failed(retry, "throttled"));
  });

  it.each([
    ["ACCESS_DENIED", failed("never", "rejected")],
    ["INTERNAL_SERVER_ERROR", failed("backoff", "unreachable")],
    [undefined, failed("never", "rejected")],
  ])("that fails with status 200 as %s", async (code, verdict) => {
    const body = { errors: [{ message: "no", extensions: { code } }] };
    expect(await answered({ body })).toMatchObject(verdict);
  });

  it.each([
    ["HTML where JSON should be", { body: "<html>Bad gateway</html>" }],
    ["JSON of another shape", { body: { data: { flowTriggerReceive: null } } }],
    ["nothing", { body: {} }],
    ["null", { body: null }],
  ])("of %s is none", async (_, answer) => {
    expect(await answered(answer)).toMatchObject(failed("backoff", "unreachable"));
  });

  it("that does not come in time is none", async () => {
    shopify.onAdminApi = () => new Promise(() => undefined);
    const startedAt = Date.now();
    expect(await fire()).toMatchObject({
      ...failed("backoff", "unreachable"),
      detail: "Shopify did not answer.",
    });
    expect(Date.now() - startedAt).toBeLessThan(2_000);
  });
});

it("tells no secret in any outcome", async () => {
  const secrets = "shpat_secret test-api-secret";
  for (const answer of [
    { status: 401, body: { errors: secrets } },
    { status: 500, body: secrets },
    { body: { errors: [{ message: secrets, extensions: { code: "shpat_secret" } }] } },
    withUserError("Errors validating schema: shpat_secret is no trigger"),
  ]) {
    const outcome = await answered(answer);
    expect(outcome.outcome).toBe("failed");
    expect(JSON.stringify(outcome)).not.toMatch(/shpat_secret|test-api-secret/);
  }
});
