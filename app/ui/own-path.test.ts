import { expect, it } from "vitest";
import { isOwnPath } from "./own-path.ts";

it.each(["/", "/app", "/app/incidents?status=open", "/staff/shops/x.myshopify.com?tab=audit#a"])(
  "%s is ours",
  (url) => {
    expect(isOwnPath(url)).toBe(true);
  },
);

it.each([
  "",
  "app",
  "//evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "https://evil.example",
  "javascript:alert(1)",
  " /app",
  "mailto:support@example.com",
])("%s is not", (url) => {
  expect(isOwnPath(url)).toBe(false);
});
