import { expect, it } from "vitest";
import { adminLink } from "./admin-link.ts";

const page = { domain: "a-shop.myshopify.com", apiKey: "key", path: "/app/incidents/1" };

it("leads into Shopify admin, where the app is framed", () => {
  expect(adminLink(page)).toBe("https://admin.shopify.com/store/a-shop/apps/key/app/incidents/1");
});

it("leads into the admin's stand-in where one takes its place", () => {
  expect(adminLink({ ...page, adminOrigin: "http://localhost:3001/" })).toBe(
    "http://localhost:3001/store/a-shop/apps/key/app/incidents/1",
  );
});
