/** One warehouse table that a kind of source loads. */
export interface WarehouseTable {
  table: string;
  stream: string;
  /** `record`: one row per event, in `created_at`. `day`: one row per day and category, in `day`. */
  grain: "record" | "day";
  /** Numeric columns with a typical value per row (a day's total over all categories for `day`). */
  measures: Readonly<Record<string, number>>;
  category: { column: string; values: readonly string[] };
  /** Columns that follow from measures: each is the first named less the others. */
  differences?: Readonly<Record<string, readonly [string, ...string[]]>>;
  /** Rows per day of a shop of scale 1; `day` tables hold one per category instead. */
  rowsPerDay: number;
}

export interface SourceKind {
  /** As Airbyte names the source and its type. */
  sourceName: string;
  sourceType: string;
  definitionId: string;
  streams: readonly string[];
  everyMinutes: number;
  tables: readonly WarehouseTable[];
}

const channels = { column: "channel", values: ["online_store", "shop_app", "pos", "draft_orders"] } as const;
const campaigns = (...values: string[]) => ({ column: "campaign", values });
const ads = (table: string, stream: string, spend: number, values: string[]): WarehouseTable => ({
  table,
  stream,
  grain: "day",
  measures: {
    spend,
    impressions: spend * 90,
    clicks: spend * 1.4,
    conversions: spend / 28,
    revenue: spend * 2.6,
  },
  category: campaigns(...values),
  rowsPerDay: values.length,
});

/** What the stand-in can sync. Names, streams and definition ids are those of the real connectors. */
export const sourceKinds = {
  shopify: {
    sourceName: "Shopify",
    sourceType: "shopify",
    definitionId: "9da77001-af33-4bcd-be46-6252bf9342b9",
    streams: ["orders", "order_refunds", "customers", "products"],
    everyMinutes: 15,
    tables: [
      {
        table: "shopify_orders",
        stream: "orders",
        grain: "record",
        measures: { total_price: 72, total_discounts: 6, total_tax: 5 },
        differences: { subtotal_price: ["total_price", "total_tax"] },
        category: channels,
        rowsPerDay: 120,
      },
      {
        table: "shopify_refunds",
        stream: "order_refunds",
        grain: "record",
        measures: { amount: 48 },
        category: channels,
        rowsPerDay: 8,
      },
    ],
  },
  recharge: {
    sourceName: "Recharge",
    sourceType: "recharge",
    definitionId: "45d2e135-2ede-49e1-939f-3e3ec357a65e",
    streams: ["charges", "customers", "subscriptions"],
    everyMinutes: 30,
    tables: [
      {
        table: "recharge",
        stream: "charges",
        grain: "record",
        measures: { total_price: 34 },
        category: { column: "plan", values: ["monthly", "quarterly", "prepaid"] },
        rowsPerDay: 40,
      },
    ],
  },
  "facebook-marketing": {
    sourceName: "Facebook Marketing",
    sourceType: "facebook-marketing",
    definitionId: "e7778cfc-e97c-4458-9ecb-b4f2bba8946c",
    streams: ["ads_insights", "campaigns", "ad_sets", "ads"],
    everyMinutes: 360,
    tables: [ads("meta_ads", "ads_insights", 900, ["prospecting", "retargeting", "advantage_plus", "brand"])],
  },
  "google-ads": {
    sourceName: "Google Ads",
    sourceType: "google-ads",
    definitionId: "253487c0-2246-43ba-a21f-5116b20a2c50",
    streams: ["campaign", "account_performance_report", "ad_group"],
    everyMinutes: 360,
    tables: [
      ads("google_ads", "campaign", 700, ["search_brand", "search_generic", "performance_max", "shopping"]),
    ],
  },
  "tiktok-marketing": {
    sourceName: "TikTok Marketing",
    sourceType: "tiktok-marketing",
    definitionId: "4bfac00d-ce15-44ff-95b9-9e3c3e8fbd35",
    streams: ["campaigns_reports_daily", "campaigns", "ads"],
    everyMinutes: 480,
    tables: [ads("tiktok_ads", "campaigns_reports_daily", 320, ["spark_ads", "video_views", "conversions"])],
  },
  pinterest: {
    sourceName: "Pinterest",
    sourceType: "pinterest",
    definitionId: "5cb7e5fe-38c2-11ec-8d3d-0242ac130003",
    streams: ["campaign_analytics", "campaigns", "ads"],
    everyMinutes: 720,
    tables: [ads("pinterest_ads", "campaign_analytics", 140, ["catalogue", "consideration"])],
  },
  "snapchat-marketing": {
    sourceName: "Snapchat Marketing",
    sourceType: "snapchat-marketing",
    definitionId: "200330b2-ea62-4d11-ac6d-cfe3e3f8ab2b",
    streams: ["campaigns_stats_daily", "campaigns", "ads"],
    everyMinutes: 720,
    tables: [ads("snap_ads", "campaigns_stats_daily", 110, ["snap_conversions", "story_ads"])],
  },
  "amazon-ads": {
    sourceName: "Amazon Ads",
    sourceType: "amazon-ads",
    definitionId: "c6b0a29e-1da9-4512-9002-7bfd0cba2246",
    streams: ["sponsored_products_report_stream_daily", "sponsored_product_campaigns"],
    everyMinutes: 720,
    tables: [
      ads("amazon_ads", "sponsored_products_report_stream_daily", 260, [
        "sponsored_products",
        "sponsored_brands",
      ]),
    ],
  },
  klaviyo: {
    sourceName: "Klaviyo",
    sourceType: "klaviyo",
    definitionId: "95e8cffd-b8c4-4039-968e-d32fb4a69bde",
    streams: ["events", "campaigns", "flows", "profiles"],
    everyMinutes: 240,
    tables: [
      {
        table: "klaviyo",
        stream: "events",
        grain: "day",
        measures: { recipients: 4200, opens: 1700, clicks: 160, revenue: 1900 },
        category: campaigns("welcome_flow", "abandoned_cart", "newsletter"),
        rowsPerDay: 3,
      },
    ],
  },
  "google-analytics-data-api": {
    sourceName: "Google Analytics 4 (GA4)",
    sourceType: "google-analytics-data-api",
    definitionId: "3cc2eafd-84aa-4dca-93af-322d9dfeec1a",
    streams: ["traffic_sources", "website_overview", "daily_active_users"],
    everyMinutes: 360,
    tables: [
      {
        table: "ga4",
        stream: "traffic_sources",
        grain: "day",
        measures: { sessions: 3800, conversions: 110, revenue: 7900 },
        category: { column: "channel", values: ["organic", "paid_search", "paid_social", "direct", "email"] },
        rowsPerDay: 5,
      },
    ],
  },
} as const satisfies Record<string, SourceKind>;

export type SourceKindName = keyof typeof sourceKinds;

/** Postscript and Attentive have no Airbyte connector: their pipelines push, but their rows lie in the same warehouse. */
export const pushTables: readonly WarehouseTable[] = ["postscript", "attentive"].map((table) => ({
  table,
  stream: "messages",
  grain: "day",
  measures: { recipients: 1500, clicks: 130, revenue: 640 },
  category: campaigns("welcome_series", "back_in_stock", "promotions"),
  rowsPerDay: 3,
}));

/** Every warehouse table of the demo. */
export const warehouseTables: readonly WarehouseTable[] = [
  ...Object.values(sourceKinds).flatMap((kind): readonly WarehouseTable[] => kind.tables),
  ...pushTables,
];
