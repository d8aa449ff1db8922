import { z } from "zod";

export const dashboardKeys = ["revenue", "marketing", "subscriptions", "messaging", "traffic"] as const;
export const DashboardKey = z.enum(dashboardKeys);
export type DashboardKey = z.infer<typeof DashboardKey>;

export const sourceKeys = [
  "shopify_orders",
  "shopify_refunds",
  "recharge",
  "meta_ads",
  "google_ads",
  "tiktok_ads",
  "pinterest_ads",
  "snap_ads",
  "amazon_ads",
  "klaviyo",
  "postscript",
  "attentive",
  "ga4",
] as const;
export const Source = z.enum(sourceKeys, {
  error: (issue) => `"${String(issue.input)}" is not a known source. Known: ${sourceKeys.join(", ")}.`,
});
export type Source = z.infer<typeof Source>;

export interface SourceEntry {
  label: string;
  /** Freshness: late after this many minutes; high after twice, critical after four times as long. */
  warningMinutes: number;
  /** Its failure can block dashboards, and it weighs three times in the score. */
  isCritical: boolean;
  feeds: readonly DashboardKey[];
  engines: readonly ("airbyte" | "push")[];
  /** Days until the platform no longer restates a day. Null: it never settles by itself. */
  settledAfterDays: number | null;
  /** A day is judged once a sync has ended so many days after its end: sooner, the platform's own figures are unripe. */
  judgedAfterDays: number;
  /** How many days back the platform lets anyone fetch. Null: no known limit, nothing is clamped. */
  fetchableDays: number | null;
  /** How Airbyte names it: a connection is matched by its source's name or its streams, never guessed. */
  airbyte: { sourceNames: readonly string[]; streams?: readonly string[] } | null;
  /** Where settledAfterDays and fetchableDays come from. */
  cites: readonly string[];
}

const HOUR = 60;
const commerce = { warningMinutes: 2 * HOUR, isCritical: true, judgedAfterDays: 0 } as const;
const daily = { warningMinutes: 24 * HOUR, isCritical: false, judgedAfterDays: 0 } as const;
const throughAirbyte = ["airbyte", "push"] as const;
const airbyteDocs = (connector: string) => `https://docs.airbyte.com/integrations/sources/${connector}`;

/** The one catalogue of sources. A source that is not here is refused; it never inherits another's limits. */
export const sources: Readonly<Record<Source, SourceEntry>> = {
  shopify_orders: {
    ...commerce,
    label: "Shopify Orders",
    feeds: ["revenue", "marketing", "subscriptions"],
    engines: throughAirbyte,
    settledAfterDays: 1,
    fetchableDays: 60,
    airbyte: { sourceNames: ["shopify"], streams: ["orders"] },
    cites: ["https://shopify.dev/docs/api/admin-graphql/latest/objects/Order"],
  },
  shopify_refunds: {
    ...commerce,
    label: "Shopify Refunds",
    feeds: ["revenue", "marketing", "subscriptions"],
    engines: throughAirbyte,
    settledAfterDays: 1,
    fetchableDays: 60,
    airbyte: { sourceNames: ["shopify"], streams: ["order_refunds"] },
    cites: ["https://shopify.dev/docs/api/admin-graphql/latest/objects/Order"],
  },
  recharge: {
    ...commerce,
    label: "Recharge",
    feeds: ["subscriptions", "revenue"],
    engines: throughAirbyte,
    settledAfterDays: 1,
    fetchableDays: null,
    airbyte: { sourceNames: ["recharge"] },
    cites: [airbyteDocs("recharge")],
  },
  meta_ads: {
    ...daily,
    label: "Meta Ads",
    feeds: ["marketing"],
    engines: throughAirbyte,
    settledAfterDays: 28,
    fetchableDays: 1123,
    airbyte: { sourceNames: ["facebook marketing", "meta ads"] },
    cites: [airbyteDocs("facebook-marketing")],
  },
  google_ads: {
    ...daily,
    label: "Google Ads",
    feeds: ["marketing"],
    engines: throughAirbyte,
    settledAfterDays: 14,
    fetchableDays: null,
    airbyte: { sourceNames: ["google ads"] },
    cites: [airbyteDocs("google-ads")],
  },
  tiktok_ads: {
    ...daily,
    label: "TikTok Ads",
    feeds: ["marketing"],
    engines: throughAirbyte,
    settledAfterDays: 3,
    fetchableDays: null,
    airbyte: { sourceNames: ["tiktok marketing", "tiktok ads"] },
    cites: [airbyteDocs("tiktok-marketing")],
  },
  pinterest_ads: {
    ...daily,
    label: "Pinterest Ads",
    feeds: ["marketing"],
    engines: throughAirbyte,
    settledAfterDays: null,
    fetchableDays: 90,
    airbyte: { sourceNames: ["pinterest", "pinterest ads"] },
    cites: [airbyteDocs("pinterest")],
  },
  snap_ads: {
    ...daily,
    label: "Snap Ads",
    judgedAfterDays: 2,
    feeds: ["marketing"],
    engines: throughAirbyte,
    settledAfterDays: 3,
    fetchableDays: null,
    airbyte: { sourceNames: ["snapchat marketing", "snap ads"] },
    cites: [
      "https://fivetran.com/docs/connectors/applications/snapchat-ads",
      airbyteDocs("snapchat-marketing"),
    ],
  },
  amazon_ads: {
    ...daily,
    label: "Amazon Ads",
    feeds: ["marketing"],
    engines: throughAirbyte,
    settledAfterDays: 3,
    fetchableDays: 90,
    airbyte: { sourceNames: ["amazon ads"] },
    cites: [airbyteDocs("amazon-ads")],
  },
  klaviyo: {
    ...daily,
    label: "Klaviyo",
    feeds: ["messaging"],
    engines: throughAirbyte,
    settledAfterDays: 1,
    fetchableDays: null,
    airbyte: { sourceNames: ["klaviyo"] },
    cites: [airbyteDocs("klaviyo")],
  },
  postscript: {
    ...daily,
    label: "Postscript (SMS)",
    feeds: ["messaging"],
    engines: ["push"],
    settledAfterDays: 1,
    fetchableDays: null,
    airbyte: null,
    cites: ["https://developers.postscript.io"],
  },
  attentive: {
    ...daily,
    label: "Attentive (SMS)",
    feeds: ["messaging"],
    engines: ["push"],
    settledAfterDays: 1,
    fetchableDays: null,
    airbyte: null,
    cites: ["https://docs.attentive.com"],
  },
  ga4: {
    ...daily,
    label: "GA4",
    judgedAfterDays: 1,
    feeds: ["traffic", "marketing"],
    engines: throughAirbyte,
    settledAfterDays: 2,
    fetchableDays: null,
    airbyte: { sourceNames: ["google analytics 4 (ga4)", "google analytics 4", "ga4"] },
    cites: ["https://support.google.com/analytics/answer/11198161", airbyteDocs("google-analytics-data-api")],
  },
};

/** True for one of our sources; a stored row of a source we have since dropped is not judged by another's limits. */
export const isSource = (value: string): value is Source => Object.hasOwn(sources, value);
