import { type SourceKindName, sourceKinds } from "../airbyte/source-kinds.ts";
import { connectionIdOf, uuidFrom } from "../airbyte/state.ts";

export type DemoState = "healthy" | "late" | "blocked" | "new" | "tiny" | "large";

export interface DemoShop {
  state: DemoState;
  domain: string;
  timeZone: string;
  currency: string;
  workspaceId: string;
  scale: number;
  kinds: readonly SourceKindName[];
  /** Sources that report through the signed door. */
  pushed: readonly string[];
  /** Minutes since the last success, by source, where the state wants it. */
  lastSuccessMinutes: Readonly<Record<string, number>>;
  isNew: boolean;
}

const everyKind = Object.keys(sourceKinds) as SourceKindName[];

const shop = (
  state: DemoState,
  name: string,
  timeZone: string,
  currency: string,
  rest: Partial<DemoShop> = {},
): DemoShop => ({
  state,
  domain: `${name}.myshopify.com`,
  timeZone,
  currency,
  workspaceId: uuidFrom(`workspace:${name}`),
  scale: 1,
  kinds: everyKind,
  pushed: ["postscript", "attentive"],
  lastSuccessMinutes: {},
  isNew: false,
  ...rest,
});

/** One shop for each state worth seeing, in the order they are listed. */
export const demoShops: readonly DemoShop[] = [
  shop("healthy", "harbor-and-pine", "America/New_York", "USD"),
  shop("late", "lumen-skincare", "Europe/Berlin", "EUR", {
    lastSuccessMinutes: { meta_ads: 30 * 60, ga4: 52 * 60, recharge: 190 },
  }),
  shop("blocked", "northwind-coffee", "America/Los_Angeles", "USD", {
    lastSuccessMinutes: { shopify_orders: 9 * 60, shopify_refunds: 9 * 60 },
  }),
  shop("new", "first-light-ceramics", "Australia/Sydney", "AUD", {
    kinds: ["shopify", "facebook-marketing", "google-analytics-data-api"],
    pushed: [],
    isNew: true,
  }),
  shop("tiny", "one-good-lamp", "Europe/London", "GBP", { scale: 0.025 }),
  shop("large", "summit-outfitters", "America/Chicago", "USD", { scale: 8 }),
];

/** The sources an Airbyte connection of a kind feeds: one per table. */
export const sourcesOf = (kind: SourceKindName): string[] =>
  sourceKinds[kind].tables.map((table) => table.table);

/** What decides a source's rows of a shop, and through what they come. */
export function rowFactsOf({ domain, currency, scale, workspaceId, kinds }: DemoShop, source: string) {
  const kind = kinds.find((one) => sourcesOf(one).includes(source));
  return {
    shopDomain: domain,
    currency,
    scale,
    through: kind ? connectionIdOf(workspaceId, kind) : domain,
  };
}

export const connectorIdOf = (domain: string, source: string): string =>
  uuidFrom(`connector:${domain}:${source}`);
