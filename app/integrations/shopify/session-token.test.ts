import { describe, expect, it } from "vitest";
import { mintSessionToken } from "#e2e/support/session-token.ts";
import { verifySessionToken } from "./session-token.server.ts";

const app = { apiKey: "test-api-key", apiSecret: "test-api-secret" };
const shop = "a-shop.myshopify.com";
const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;
const verify = async (claims: Record<string, unknown> = {}) =>
  verifySessionToken(await mintSessionToken(shop, { claims }), app, new Date());

it("accepts what another library signed, and names the shop and the user", async () => {
  expect(await verify()).toEqual({ accepted: true, shopDomain: shop, userId: "42" });
  expect(await verify({ sub: undefined })).toEqual({ accepted: true, shopDomain: shop, userId: null });
  expect(await verify({ nbf: undefined })).toMatchObject({ accepted: true });
});

describe("with ten seconds for clocks that differ", () => {
  it.each([
    [{ exp: seconds(-8) }, true],
    [{ exp: seconds(-12) }, false],
    [{ nbf: seconds(8) }, true],
    [{ nbf: seconds(14) }, false],
  ])("%j is accepted: %s", async (claims, accepted) => {
    expect((await verify(claims)).accepted).toBe(accepted);
  });
});

it.each([
  ["malformed", { exp: undefined }],
  ["malformed", { exp: "9999999999" }],
  ["malformed", { nbf: "0" }],
  ["malformed", { aud: undefined }],
  ["malformed", { aud: ["test-api-key"] }],
  ["malformed", { aud: ["test-api-key", "another"] }],
  ["audience", { aud: "another" }],
  ["destination", { dest: "https://a-shop.myshopify.com/" }],
  ["destination", { dest: "https://a-shop.myshopify.com:8443" }],
  ["destination", { dest: "https://A-SHOP.myshopify.com" }],
  ["destination", { dest: "https://a-shop.example.com" }],
  ["destination", { dest: "https://evil.example/a-shop.myshopify.com" }],
  ["destination", { iss: "https://b-shop.myshopify.com/admin" }],
  ["destination", { iss: "http://a-shop.myshopify.com/admin" }],
  ["destination", { iss: "a-shop.myshopify.com" }],
  ["malformed", { iss: undefined }],
])("refuses as %s: %j", async (reason, claims) => {
  expect(await verify(claims)).toEqual({ accepted: false, reason });
});

it.each([
  ["malformed", ""],
  ["malformed", "a.b"],
  ["malformed", "a.b.c.d"],
  ["malformed", "a.b.c="],
  ["malformed", `${Buffer.from("[]").toString("base64url")}.e30.c2ln`],
  ["malformed", `${Buffer.from('{"alg":"HS256","crit":["x"],"x":1}').toString("base64url")}.e30.c2ln`],
  ["malformed", "a".repeat(5000)],
  ["algorithm", `${Buffer.from('{"alg":"none"}').toString("base64url")}.e30.c2ln`],
  ["algorithm", `${Buffer.from('{"alg":"hs256"}').toString("base64url")}.e30.c2ln`],
  ["signature", `${Buffer.from('{"alg":"HS256"}').toString("base64url")}.e30.c2ln`],
])("refuses as %s: the text %j", async (reason, token) => {
  expect(await verifySessionToken(token, app, new Date())).toEqual({ accepted: false, reason });
});

it("looks at no more than 4,096 characters", async () => {
  let accepted = 0;
  for (let filling = 2_750; ; filling += 1) {
    const token = await mintSessionToken(shop, { claims: { filling: "x".repeat(filling) } });
    const answer = await verifySessionToken(token, app, new Date());
    if (answer.accepted) accepted = token.length;
    else {
      expect(answer.reason).toBe("malformed");
      expect([accepted <= 4_096, token.length > 4_096]).toEqual([true, true]);
      break;
    }
  }
  expect(accepted).toBeGreaterThan(4_090);
});

it("judges the times by the clock it is given", async () => {
  const token = await mintSessionToken(shop);
  const later = new Date(Date.now() + 3_600_000);
  expect(await verifySessionToken(token, app, later)).toEqual({ accepted: false, reason: "expired" });
});
