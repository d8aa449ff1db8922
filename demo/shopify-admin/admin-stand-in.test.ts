import type { AddressInfo } from "node:net";
import express from "express";
import { jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adminLink } from "#app/modules/shops/admin-link.ts";
import { createAdminStandIn } from "./admin-stand-in.ts";

const apiSecret = "a-secret-of-the-app";
const secret = new TextEncoder().encode(apiSecret);
let origin = "";
let close: () => Promise<unknown>;

beforeAll(async () => {
  const app = express();
  const server = app.listen(0);
  const { port } = server.address() as AddressInfo;
  origin = `http://localhost:${port}`;
  close = () => new Promise((done) => server.close(done));
  app.use(
    createAdminStandIn({
      appUrl: "http://localhost:3999",
      apiKey: "the-app",
      apiSecret,
      port,
      listShops: async () => [{ shop: "a-shop.myshopify.com", state: `<b>"healthy"` }],
    }),
  );
});
afterAll(() => close());

const frameOf = (html: string): URL => {
  const src = /<iframe [^>]*src="([^"]+)"/.exec(html)?.[1] ?? "";
  return new URL(src.replaceAll("&amp;", "&"));
};

describe("session tokens", () => {
  it("are Shopify's: signed with the app's secret, for the shop, for one minute", async () => {
    const response = await fetch(`${origin}/session-token?shop=a-shop.myshopify.com`);
    expect(response.headers.get("access-control-allow-origin")).toBe("http://localhost:3999");
    const { payload } = await jwtVerify(await response.text(), secret, {
      algorithms: ["HS256"],
      audience: "the-app",
    });
    expect(payload).toMatchObject({
      iss: "https://a-shop.myshopify.com/admin",
      dest: "https://a-shop.myshopify.com",
      sub: "1",
    });
    expect(payload.exp! - payload.iat!).toBe(60);
  });

  it.each(["", "?shop=", "?shop=evil.example.com", "?shop=a.myshopify.com.evil.example.com"])(
    "are refused for no shop: %s",
    async (query) => expect((await fetch(`${origin}/session-token${query}`)).status).toBe(400),
  );
});

describe("the frame", () => {
  it("opens the app as Shopify does, with the shop, the host and a token", async () => {
    const src = frameOf(await (await fetch(`${origin}/store/a-shop/app/connectors/1?tab=runs`)).text());
    expect(src.origin + src.pathname).toBe("http://localhost:3999/app/connectors/1");
    expect(Object.fromEntries(src.searchParams)).toMatchObject({
      tab: "runs",
      shop: "a-shop.myshopify.com",
      embedded: "1",
    });
    expect(Buffer.from(src.searchParams.get("host")!, "base64").toString()).toBe(
      "admin.shopify.com/store/a-shop",
    );
    await jwtVerify(src.searchParams.get("id_token")!, secret, { audience: "the-app" });
  });

  it("opens it by the links that lead there from outside of admin", async () => {
    const link = adminLink({
      domain: "a-shop.myshopify.com",
      apiKey: "the-app",
      path: "/app/incidents/1",
      adminOrigin: origin,
    });
    expect(frameOf(await (await fetch(link)).text()).pathname).toBe("/app/incidents/1");
  });

  it.each([
    ["/store/a-shop", "/app"],
    ["/store/a-shop/", "/app"],
    ["/store/a-shop//evil.example.com/x", "/evil.example.com/x"],
  ])("never leaves the app: %s", async (path, expected) => {
    const src = frameOf(await (await fetch(origin + path)).text());
    expect([src.origin, src.pathname]).toEqual(["http://localhost:3999", expected]);
  });

  it("answers 404 for an unknown shop and leads another host name to its own", async () => {
    expect((await fetch(`${origin}/store/nobody/app`)).status).toBe(404);
    const elsewhere = await fetch(`${origin.replace("localhost", "127.0.0.1")}/store/a-shop/app?x=1`, {
      redirect: "manual",
    });
    expect(elsewhere.headers.get("location")).toBe(`${origin}/store/a-shop/app?x=1`);
  });
});

it("lists the shops, their words escaped", async () => {
  const html = await (await fetch(`${origin}/`)).text();
  expect(html).toContain('href="/store/a-shop/app"');
  expect(html).toContain("&lt;b&gt;&quot;healthy&quot;");
});
