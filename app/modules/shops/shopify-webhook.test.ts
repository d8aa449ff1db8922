import { describe, expect, it } from "vitest";
import { keepOfPayload } from "./shopify-webhook.ts";

const kept = (topic: string, payload: unknown) =>
  JSON.parse(JSON.stringify(keepOfPayload({ topic, payload })));
const person = { id: 191167, email: "john@example.com", phone: "555-625-1199", first_name: "John" };

describe("what is kept of a payload", () => {
  it.each([
    ["APP_UNINSTALLED", { id: 1, email: "owner@example.com", shop_owner: "John" }, {}],
    ["SHOP_UPDATE", { id: 1, email: "owner@example.com", iana_timezone: "UTC" }, {}],
    ["SOMETHING_NEW", { id: 1 }, {}],
    [
      "APP_SCOPES_UPDATE",
      { id: "gid://shopify/App/1", previous: ["a"], current: ["a", "b"] },
      { current: ["a", "b"] },
    ],
    ["APP_SCOPES_UPDATE", { current: "read_orders" }, {}],
    [
      "CUSTOMERS_DATA_REQUEST",
      { shop_id: 954889, customer: person, orders_requested: [299938, 280263], data_request: { id: 9999 } },
      { shopId: "954889", dataRequestId: "9999" },
    ],
    [
      "CUSTOMERS_REDACT",
      { shop_id: 954889, shop_domain: "a.myshopify.com", customer: person, orders_to_redact: [299938] },
      { shopId: "954889" },
    ],
    ["SHOP_REDACT", { shop_id: 954889, shop_domain: "a.myshopify.com" }, { shopId: "954889" }],
    ["CUSTOMERS_REDACT", { shop_id: 1, customer: { id: "john@example.com" } }, { shopId: "1" }],
    [
      "CUSTOMERS_DATA_REQUEST",
      { data_request: { id: "9007199254740993" } },
      { dataRequestId: "9007199254740993" },
    ],
  ])("%s %j: %j", (topic, payload, expected) => {
    expect(kept(topic, payload)).toEqual(expected);
  });

  it.each([null, [], "text", 1, {}, { customer: null, orders_to_redact: "all" }])(
    "is nothing when the payload is %j",
    (payload) => {
      for (const topic of ["APP_SCOPES_UPDATE", "CUSTOMERS_DATA_REQUEST", "CUSTOMERS_REDACT", "SHOP_REDACT"])
        expect(kept(topic, payload)).toEqual({});
    },
  );
});
