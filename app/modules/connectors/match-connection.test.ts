import { describe, expect, it } from "vitest";
import { matchConnection } from "./match-connection.ts";

describe("matchConnection", () => {
  it.each([
    [
      "Shopify with orders and refunds feeds two connectors",
      "Shopify",
      "shopify",
      ["orders", "order_refunds", "products"],
      ["shopify_orders", "shopify_refunds"],
    ],
    ["Shopify with orders only feeds one", "Shopify", "shopify", ["orders"], ["shopify_orders"]],
    [
      "the type decides, whatever the name says",
      "Shopify",
      "facebook-marketing",
      ["ads_insights", "orders"],
      ["meta_ads"],
    ],
    ["a definition's prefix does not matter", "", "source-google-ads", [], ["google_ads"]],
    ["GA4 by its type", "", "google-analytics-data-api", [], ["ga4"]],
    ["GA4 by its name, when there is no type", "Google Analytics 4 (GA4)", "", [], ["ga4"]],
    ["TikTok", "TikTok Marketing", "tiktok-marketing", [], ["tiktok_ads"]],
    ["Snapchat", "Snapchat Marketing", "snapchat-marketing", [], ["snap_ads"]],
    ["Pinterest", "Pinterest", "pinterest", [], ["pinterest_ads"]],
    ["Amazon Ads", "Amazon Ads", "amazon-ads", [], ["amazon_ads"]],
    ["Recharge", "Recharge", "recharge", ["charges"], ["recharge"]],
    ["Klaviyo", "Klaviyo", "klaviyo", ["events"], ["klaviyo"]],
  ])("%s", (_sentence, sourceName, sourceType, streams, matched) => {
    expect(matchConnection({ sourceName, sourceType, streams })).toEqual({ matched });
  });

  it.each([
    [
      "Shopify without either stream",
      "Shopify",
      "shopify",
      ["products"],
      /none of the streams orders, order_refunds/,
    ],
    ["a source we do not have", "Postgres", "postgres", ["orders"], /No source of ours is called "postgres"/],
    ["a namesake of another type", "Shopify", "postgres", ["orders"], /"postgres"/],
    ["something that only resembles one", "", "google-ads-legacy", [], /google ads legacy/],
    ["a source that no Airbyte connector serves", "Attentive", "attentive", [], /attentive/],
    ["nothing at all", "", "", ["orders"], /neither/],
  ])("%s stays unmatched", (_sentence, sourceName, sourceType, streams, reason) => {
    const match = matchConnection({ sourceName, sourceType, streams });
    expect("unmatched" in match && match.unmatched).toMatch(reason);
  });
});
