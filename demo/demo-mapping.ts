import { defaultMapping } from "#app/modules/profiles/default-mapping.ts";
import { mappedSources, type WarehouseMapping } from "#app/modules/profiles/mapping.ts";
import { pushTables } from "./airbyte/source-kinds.ts";

const pushed: ReadonlySet<string> = new Set(pushTables.map(({ table }) => table));

/** Shopify's own sum: the subtotal is what remains of the prices after discounts; the demo's shops ship for free. */
const orderTotals = {
  measures: { subtotal_price: { column: "subtotal_price", isNonNegative: true, isRequired: true } },
  identities: {
    total_price: { measure: "total_price", parts: { subtotal_price: 1, total_tax: 1 }, tolerance: 0.005 },
  },
};

/**
 * The default mapping, and what the demo's tables have besides: through what each row came, and an order's subtotal. So
 * the demo also judges whether rows came through the shop's own connections, and whether figures agree with their parts.
 */
export const demoMapping: WarehouseMapping = Object.fromEntries(
  mappedSources(defaultMapping).map(([source, one]) => {
    const { measures, identities } =
      source === "shopify_orders" ? orderTotals : { measures: {}, identities: {} };
    const through = pushed.has(source)
      ? { ownerColumn: "loaded_through" }
      : { connectionColumn: "loaded_through" };
    return [source, { ...one, ...through, measures: { ...one.measures, ...measures }, identities }];
  }),
);
