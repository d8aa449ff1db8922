import { expect, test } from "vitest";
import { type FoundTable, findMappingProblems } from "./find-mapping-problems.ts";
import type { SourceMapping } from "./mapping.ts";

const mapping: SourceMapping = {
  table: "raw.Orders",
  shopColumn: "shop",
  time: { kind: "instant", column: "at" },
  primaryKey: ["id"],
  extractedAtColumn: "loaded_at",
  ownerColumn: "owner",
  connectionColumn: "via",
  measures: { revenue: { column: "total", isNonNegative: true, isRequired: true } },
  mainMeasure: "revenue",
  categories: { channel: "channel" },
  identities: {},
};
const types: Record<string, [string, string]> = {
  shop: ["text", "S"],
  at: ["timestamp with time zone", "D"],
  id: ["bigint", "N"],
  loaded_at: ["timestamp with time zone", "D"],
  owner: ["character varying", "S"],
  via: ["uuid", "U"],
  total: ["numeric", "N"],
  channel: ["boolean", "B"],
};
const table = (changes: Record<string, [string, string] | null> = {}): FoundTable => ({
  role: "reader",
  canUseSchema: true,
  columns: Object.entries({ ...types, ...changes }).flatMap(([name, type]) =>
    type ? [{ name, type: type[0], category: type[1], canRead: true }] : [],
  ),
});
const problemsOf = (found: FoundTable | null, changes: Partial<SourceMapping> = {}) =>
  findMappingProblems("shopify_orders", { ...mapping, ...changes }, found);

test("a table that is as mapped has no problem", () => {
  expect(problemsOf(table())).toEqual([]);
  expect(problemsOf(table({ at: ["date", "D"] }), { time: { kind: "day", column: "at" } })).toEqual([]);
  expect(
    problemsOf(table({ at: ["timestamp without time zone", "D"] }), {
      time: { kind: "instant", column: "at", zone: "UTC" },
    }),
  ).toEqual([]);
});

test.each<[string, FoundTable | null, Partial<SourceMapping>, string]>([
  [
    "no table",
    null,
    {},
    "shopify_orders: there is no table raw.Orders. Name the right one in WAREHOUSE_MAPPING_FILE, or leave the source out of it.",
  ],
  [
    "no column",
    table({ total: null }),
    {},
    'shopify_orders: raw.Orders has no column "total" (measures.revenue.column). Name the right one in WAREHOUSE_MAPPING_FILE.',
  ],
  [
    "no way into the schema",
    { ...table(), canUseSchema: false },
    {},
    'shopify_orders: role reader may not enter schema raw. GRANT USAGE ON SCHEMA "raw" TO "reader";',
  ],
  [
    "a text as a day",
    table({ at: ["text", "S"] }),
    { time: { kind: "day", column: "at" } },
    'shopify_orders: "at" of raw.Orders (time.column) is text; a day must be date, or timestamp without time zone: offer a view that casts it.',
  ],
  [
    "an instant as a day",
    table(),
    { time: { kind: "day", column: "at" } },
    'shopify_orders: "at" of raw.Orders (time.column) is timestamp with time zone; a day must be date, or timestamp without time zone: offer a view that casts it.',
  ],
  [
    "an instant without a zone",
    table({ at: ["timestamp without time zone", "D"] }),
    {},
    'shopify_orders: "at" of raw.Orders (time.column) is timestamp without time zone; an instant must be timestamp with time zone. If it is a clock\'s time, name the clock, as "zone": "UTC" in time; else offer a view that casts it.',
  ],
  [
    "a zone where there is one",
    table(),
    { time: { kind: "instant", column: "at", zone: "UTC" } },
    'shopify_orders: "at" of raw.Orders (time.column) is timestamp with time zone; time.zone is for timestamp without time zone only: take it out, or offer a view that casts the column.',
  ],
  [
    "a text as a measure",
    table({ total: ["text", "S"] }),
    {},
    'shopify_orders: "total" of raw.Orders (measures.revenue.column) is text; it must be a number: offer a view that casts it.',
  ],
  [
    "a number as the shop",
    table({ shop: ["integer", "N"] }),
    {},
    'shopify_orders: "shop" of raw.Orders (shopColumn) is integer; it must be text.',
  ],
])("%s is said with its mend", (_, found, changes, sentence) => {
  expect(problemsOf(found, changes)).toEqual([sentence]);
});

test("a column that may not be read is granted by name", () => {
  const found = table();
  found.columns[0]!.canRead = false;
  expect(problemsOf(found)).toEqual([
    'shopify_orders: role reader may not read "shop" of raw.Orders. GRANT SELECT ON "raw"."Orders" TO "reader";',
  ]);
});
