import { expect, it } from "vitest";
import { judgeFailure, ShopifyCallError } from "./errors.ts";

it.each([
  [new Response("secret", { status: 500 }), "unreachable", 500],
  [new Response("secret", { status: 401 }), "token_dead", 401],
  [new Response("secret", { status: 404 }), "gone", 404],
  [new Error("secret"), "unreachable", null],
  ["secret", "unreachable", null],
  [undefined, "unreachable", null],
])("makes an Error of what the library throws: %o", (thrown, kind, status) => {
  const error = judgeFailure(thrown, "admin_api");
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ kind, status });
  expect(error.message).not.toContain("secret");
});

it("judges nothing twice", () => {
  const error = new ShopifyCallError("gone", 404, "Shopify answered 404.");
  expect(judgeFailure(error, "refresh_token")).toBe(error);
});
