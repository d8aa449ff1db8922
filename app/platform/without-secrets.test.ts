import { expect, test } from "vitest";
import { withoutSecrets } from "./without-secrets.ts";

test.each([
  ["GET https://graph.facebook.com/v21/act_1?access_token=EAABsbCS1234567890abcdef&fields=spend", "EAABsbCS"],
  ['{"api_key": "pk_9f8e7d6c5b", "page": 2}', "pk_9f8e7d6c5b"],
  ["X-Shopify-Access-Token: shpat_0123456789abcdef", "0123456789abcdef"],
  ["Authorization: Bearer abc.def.ghi-jkl", "abc.def"],
  ["authorization=Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"],
  ["postgres://warehouse:hunter2@db.internal:5432/app refused", "hunter2"],
  ["client_secret='s3cr3t-value' is wrong", "s3cr3t-value"],
  ["token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc expired", "eyJzdWIi"],
  ["posting to https://hooks.slack.com/services/T0/B0/abcdef failed", "abcdef"],
  ["refresh_token: ya29.a0AfH6SMBx-12345", "a0AfH6"],
  ["key shk_live0123456789 rejected", "live0123456789"],
])("%s holds no secret afterwards", (text, secret) => {
  expect(withoutSecrets(text)).not.toContain(secret);
  expect(withoutSecrets(text)).toContain("[redacted]");
});

test.each([
  "Source failed: HTTP 429 too many requests, retry after 60 s",
  'relation "orders" does not exist',
  "Read timed out after 3600 seconds on stream order_refunds",
  "The token is expired",
  "Error validating access token: the session has been invalidated",
])("%s stays as it is, or nearly", (text) => {
  expect(withoutSecrets(text).replace("[redacted]", "").length).toBeGreaterThan(text.length * 0.8);
});
