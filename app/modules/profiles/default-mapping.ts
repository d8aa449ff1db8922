import type { SourceMapping, WarehouseMapping } from "./mapping.ts";

const amounts = { isNonNegative: true, isRequired: true } as const;

const measuresOf = (...columns: string[]): SourceMapping["measures"] =>
  Object.fromEntries(columns.map((column) => [column, { column, ...amounts }]));

/** What Airbyte's Postgres destination adds to each row, and the key by which it deduplicates. */
const loadedByAirbyte = {
  shopColumn: "shop_domain",
  primaryKey: ["id"],
  extractedAtColumn: "_airbyte_extracted_at",
} as const;

const records = (
  table: string,
  mainMeasure: string,
  category: string,
  ...others: string[]
): SourceMapping => ({
  ...loadedByAirbyte,
  primaryKey: [...loadedByAirbyte.primaryKey],
  table: `warehouse.${table}`,
  time: { kind: "instant", column: "created_at" },
  measures: measuresOf(mainMeasure, ...others),
  mainMeasure,
  categories: { [category]: category },
  identities: {},
});

const days = (table: string, mainMeasure: string, category: string, ...others: string[]): SourceMapping => ({
  ...records(table, mainMeasure, category, ...others),
  time: { kind: "day", column: "day" },
});

const ads = (table: string): SourceMapping =>
  days(table, "spend", "campaign", "impressions", "clicks", "conversions", "revenue");

/** One table per source in schema `warehouse`, as docs/warehouse-mapping.md describes it. */
export const defaultMapping: WarehouseMapping = {
  shopify_orders: records("shopify_orders", "total_price", "channel", "total_discounts", "total_tax"),
  shopify_refunds: records("shopify_refunds", "amount", "channel"),
  recharge: records("recharge", "total_price", "plan"),
  meta_ads: ads("meta_ads"),
  google_ads: ads("google_ads"),
  tiktok_ads: ads("tiktok_ads"),
  pinterest_ads: ads("pinterest_ads"),
  snap_ads: ads("snap_ads"),
  amazon_ads: ads("amazon_ads"),
  klaviyo: days("klaviyo", "recipients", "campaign", "opens", "clicks", "revenue"),
  postscript: days("postscript", "recipients", "campaign", "clicks", "revenue"),
  attentive: days("attentive", "recipients", "campaign", "clicks", "revenue"),
  ga4: days("ga4", "sessions", "channel", "conversions", "revenue"),
};
