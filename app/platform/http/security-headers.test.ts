import { describe, expect, it } from "vitest";
import { type DocumentOrigins, documentSecurityHeaders } from "./security-headers.server.ts";

const production: DocumentOrigins = { NODE_ENV: "production" };
const demo: DocumentOrigins = {
  NODE_ENV: "production",
  APP_BRIDGE_URL: "http://localhost:3001/app-bridge.js",
  ADMIN_ORIGIN: "http://localhost:3001",
};

function directive(name: string, path: string, origins = production): string | undefined {
  const request = new Request(`https://app.example.com${path}`);
  const policy =
    documentSecurityHeaders({ request, nonce: "n0nce" }, origins)["Content-Security-Policy"] ?? "";
  return policy.split("; ").find((part) => part.startsWith(`${name} `));
}

describe("frame-ancestors", () => {
  it("names the shop and Shopify admin on a merchant page", () => {
    expect(directive("frame-ancestors", "/app?shop=a-shop.myshopify.com")).toBe(
      "frame-ancestors https://a-shop.myshopify.com https://admin.shopify.com",
    );
  });

  it.each([
    ["no shop", "/app/connectors/1"],
    ["a shop of another domain", "/app?shop=evil.example.com"],
    ["a shop that tries to add a directive", "/app?shop=a.myshopify.com%3B%20script-src%20*"],
  ])("leaves out the shop for %s", (_, path) => {
    expect(directive("frame-ancestors", path)).toBe("frame-ancestors https://admin.shopify.com");
  });

  it.each(["/", "/nowhere", "/staff", "/application?shop=a-shop.myshopify.com"])(
    "is 'none' on %s",
    (path) => {
      expect(directive("frame-ancestors", path)).toBe("frame-ancestors 'none'");
    },
  );

  it("adds the admin's stand-in where one is set", () => {
    expect(directive("frame-ancestors", "/app", demo)).toBe(
      "frame-ancestors https://admin.shopify.com http://localhost:3001",
    );
  });
});

describe("script-src", () => {
  it("takes App Bridge from Shopify and inline scripts by nonce only", () => {
    expect(directive("script-src", "/app")).toBe("script-src 'self' 'nonce-n0nce' https://cdn.shopify.com");
  });

  it("takes App Bridge from its stand-in instead where one is set", () => {
    expect(directive("script-src", "/app", demo)).toBe(
      "script-src 'self' 'nonce-n0nce' http://localhost:3001",
    );
  });
});

it("lets the stand-in be called once, and no other outside origin but Shopify's", () => {
  expect(directive("connect-src", "/app", demo)).toBe(
    "connect-src 'self' https://*.shopify.com https://*.shopifysvc.com http://localhost:3001",
  );
  expect(directive("connect-src", "/app")).toBe(
    "connect-src 'self' https://*.shopify.com https://*.shopifysvc.com",
  );
});
