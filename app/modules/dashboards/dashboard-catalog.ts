import { type DashboardKey, type Source, sourceKeys, sources } from "../connectors/sources.ts";

export type FigureUnit = "count" | "money" | "ratio" | "percent";

/** One source's share of a figure: its rows, or the sum of a measure. */
export interface Part {
  source: Source;
  /** Null: its rows are counted. */
  measure: string | null;
  sign: 1 | -1;
}

/** A number a dashboard shows, for a day or a period. */
export interface FigureDefinition {
  key: string;
  label: string;
  unit: FigureUnit;
  of: readonly Part[];
  /** Set for a quotient: what `of` is divided by. */
  per?: readonly Part[];
  /** Without one of its parts it would be wrong, not just smaller: then it is not shown. */
  needsAll?: boolean;
  /** What it is, where the name does not say it. */
  about?: string;
}

/** The same figures for each of several sources. */
export interface BreakdownDefinition {
  title: string;
  /** What a row is: "Platform". */
  rowLabel: string;
  sources: readonly Source[];
  figuresOf: (source: Source) => readonly FigureDefinition[];
  /** The figure that is drawn for each source, by key. */
  charted: string;
  chartsTitle: string;
}

export interface DashboardEntry {
  /** What it answers. */
  about: string;
  totals: readonly FigureDefinition[];
  /** The totals that are drawn day by day, by key. */
  charted: readonly string[];
  breakdown: BreakdownDefinition | null;
}

const rows = (source: Source): Part => ({ source, measure: null, sign: 1 });
const sum = (source: Source, measure: string): Part => ({ source, measure, sign: 1 });
const minus = (part: Part): Part => ({ ...part, sign: -1 });
const each = (of: readonly Source[], measure: string): Part[] => of.map((source) => sum(source, measure));

const adPlatforms = sourceKeys.filter((source) => source.endsWith("_ads"));
const messageChannels = sourceKeys.filter((source) => sources[source].feeds.includes("messaging"));

const sales = sum("shopify_orders", "total_price");
const netSales = [sales, minus(sum("shopify_refunds", "amount"))];
const orders = rows("shopify_orders");
const charged = sum("recharge", "total_price");

const adFigures = (of: readonly Source[]): FigureDefinition[] => [
  { key: "spend", label: "Ad spend", unit: "money", of: each(of, "spend") },
  {
    key: "purchase_value",
    label: "Purchase value",
    unit: "money",
    of: each(of, "revenue"),
    about: "Sales the ad platforms claim",
  },
  {
    key: "roas",
    label: "ROAS",
    unit: "ratio",
    of: each(of, "revenue"),
    per: each(of, "spend"),
    about: "Purchase value ÷ ad spend",
  },
];

const messageFigures = (of: readonly Source[]): FigureDefinition[] => [
  { key: "recipients", label: "Messages sent", unit: "count", of: each(of, "recipients") },
  { key: "clicks", label: "Clicks", unit: "count", of: each(of, "clicks") },
  {
    key: "click_rate",
    label: "Click rate",
    unit: "percent",
    of: each(of, "clicks"),
    per: each(of, "recipients"),
    about: "Clicks ÷ messages",
  },
  {
    key: "revenue",
    label: "Revenue",
    unit: "money",
    of: each(of, "revenue"),
    about: "Sales the tools claim",
  },
];

/** The app's own dashboards. What feeds each is in the catalogue of sources. */
export const dashboardCatalog: Readonly<Record<DashboardKey, DashboardEntry>> = {
  revenue: {
    about: "Orders, sales and refunds, day by day.",
    totals: [
      {
        key: "net_sales",
        label: "Net sales",
        unit: "money",
        of: netSales,
        needsAll: true,
        about: "Sales minus refunds",
      },
      { key: "sales", label: "Sales", unit: "money", of: [sales] },
      { key: "orders", label: "Orders", unit: "count", of: [orders] },
      { key: "refunds", label: "Refunds", unit: "money", of: [sum("shopify_refunds", "amount")] },
      {
        key: "average_order",
        label: "Average order",
        unit: "money",
        of: [sales],
        per: [orders],
        about: "Sales ÷ orders",
      },
      {
        key: "charged",
        label: "Recharge charges",
        unit: "money",
        of: [charged],
        about: "Part of sales, not added to them",
      },
    ],
    charted: ["net_sales", "sales", "orders", "refunds"],
    breakdown: null,
  },
  marketing: {
    about: "Ad spend and what it brings, by platform.",
    totals: [
      ...adFigures(adPlatforms),
      {
        key: "blended_roas",
        label: "Blended ROAS",
        unit: "ratio",
        of: netSales,
        per: each(adPlatforms, "spend"),
        needsAll: true,
        about: "All net sales ÷ ad spend",
      },
      {
        key: "cost_per_order",
        label: "Cost per order",
        unit: "money",
        of: each(adPlatforms, "spend"),
        per: [orders],
        needsAll: true,
        about: "Ad spend ÷ all orders",
      },
      {
        key: "cost_per_session",
        label: "Cost per session",
        unit: "money",
        of: each(adPlatforms, "spend"),
        per: [sum("ga4", "sessions")],
        needsAll: true,
        about: "Ad spend ÷ GA4 sessions",
      },
    ],
    charted: ["spend", "roas"],
    breakdown: {
      title: "By platform",
      rowLabel: "Platform",
      sources: adPlatforms,
      figuresOf: (source) => adFigures([source]),
      charted: "spend",
      chartsTitle: "Spend by platform",
    },
  },
  subscriptions: {
    about: "What Recharge charges, and its share of your sales.",
    totals: [
      { key: "charged", label: "Charged", unit: "money", of: [charged] },
      { key: "charges", label: "Charges", unit: "count", of: [rows("recharge")] },
      {
        key: "average_charge",
        label: "Average charge",
        unit: "money",
        of: [charged],
        per: [rows("recharge")],
        about: "Charged ÷ charges",
      },
      {
        key: "share",
        label: "Share of net sales",
        unit: "percent",
        of: [charged],
        per: netSales,
        needsAll: true,
        about: "Charged ÷ sales minus refunds",
      },
    ],
    charted: ["charged", "charges"],
    breakdown: null,
  },
  messaging: {
    about: "Messages sent, clicks and revenue, by channel.",
    totals: messageFigures(messageChannels),
    charted: ["recipients", "revenue"],
    breakdown: {
      title: "By channel",
      rowLabel: "Channel",
      sources: messageChannels,
      figuresOf: (source) => messageFigures([source]),
      charted: "recipients",
      chartsTitle: "Messages by channel",
    },
  },
  traffic: {
    about: "Sessions and conversions, as GA4 counts them.",
    totals: [
      { key: "sessions", label: "Sessions", unit: "count", of: [sum("ga4", "sessions")] },
      { key: "conversions", label: "Conversions", unit: "count", of: [sum("ga4", "conversions")] },
      {
        key: "conversion_rate",
        label: "Conversion rate",
        unit: "percent",
        of: [sum("ga4", "conversions")],
        per: [sum("ga4", "sessions")],
        about: "Conversions ÷ sessions",
      },
      {
        key: "revenue",
        label: "Revenue",
        unit: "money",
        of: [sum("ga4", "revenue")],
        about: "As GA4 sees it",
      },
    ],
    charted: ["sessions", "conversions"],
    breakdown: null,
  },
};

/** The sources a dashboard depends on, in the catalogue's order. */
export const sourcesOf = (key: DashboardKey): Source[] =>
  sourceKeys.filter((source) => sources[source].feeds.includes(key));
