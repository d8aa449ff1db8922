import { describe, expect, test } from "vitest";
import { sourceKeys } from "../connectors/sources.ts";
import { defaultMapping } from "./default-mapping.ts";
import { readMapping, WarehouseMapping } from "./mapping.ts";

const orders = {
  table: "raw.orders",
  shopColumn: "shop",
  time: { kind: "instant", column: "created_at" },
  primaryKey: ["id"],
  measures: { revenue: { column: "total", isNonNegative: false, isRequired: true } },
  mainMeasure: "revenue",
};
const read = (mapping: unknown) => readMapping(JSON.stringify(mapping));

test("a mapping names some of the sources, and what it leaves out has a default", () => {
  expect(read({ shopify_orders: orders })).toEqual({
    ok: true,
    mapping: { shopify_orders: { ...orders, categories: {}, identities: {} } },
  });
});

test("the default is a mapping of every source of the catalogue", () => {
  expect(WarehouseMapping.parse(defaultMapping)).toEqual(defaultMapping);
  expect(Object.keys(defaultMapping).sort()).toEqual([...sourceKeys].sort());
});

describe("a bad file names the field", () => {
  test.each<[string, unknown, RegExp]>([
    ["no JSON", undefined, /^it is not JSON: /],
    ["a list", [], /^the file: /],
    ["an unknown source", { shopify: orders }, /^shopify: is not known$/],
    [
      "a table without schema",
      { shopify_orders: { ...orders, table: "orders" } },
      /^shopify_orders\.table: must be "schema\.table"$/,
    ],
    [
      "a kind of time that is not known",
      { shopify_orders: { ...orders, time: { kind: "hour", column: "x" } } },
      /^shopify_orders\.time\.kind: /,
    ],
    [
      "a zone for whole days",
      { meta_ads: { ...orders, time: { kind: "day", column: "d", zone: "UTC" } } },
      /^meta_ads\.time\.zone: is not known$/,
    ],
    [
      "no column for a measure",
      { shopify_orders: { ...orders, measures: { revenue: {} } } },
      /^shopify_orders\.measures\.revenue\.column: /,
    ],
    [
      "a main measure that is none",
      { shopify_orders: { ...orders, mainMeasure: "total" } },
      /^shopify_orders\.mainMeasure: must be one of measures, or null$/,
    ],
    [
      "a misspelt field",
      { shopify_orders: { ...orders, primarykey: [] } },
      /^shopify_orders\.primarykey: is not known$/,
    ],
    [
      "a measure's name with a quote",
      { shopify_orders: { ...orders, measures: { 'a"b': { column: "x" } }, mainMeasure: null } },
      /^shopify_orders\.measures\.a"b: /,
    ],
    [
      "41 measures",
      {
        shopify_orders: {
          ...orders,
          measures: Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`m${n}`, { column: "x" }])),
          mainMeasure: null,
        },
      },
      /^shopify_orders\.measures: at most 40$/,
    ],
  ])("%s", (_, mapping, problem) => {
    const result = mapping === undefined ? readMapping("{") : read(mapping);
    expect(result).toMatchObject({ ok: false, problems: [expect.stringMatching(problem)] });
  });
});

test("a figure that has to agree with its parts names measures that are there", () => {
  const withIdentity = (parts: Record<string, number>) =>
    read({ shopify_orders: { ...orders, identities: { net: { measure: "revenue", parts } } } });
  expect(withIdentity({ revenue: 1 })).toMatchObject({
    ok: true,
    mapping: { shopify_orders: { identities: { net: { tolerance: 0.005 } } } },
  });
  expect(withIdentity({ gross: 1 })).toEqual({
    ok: false,
    problems: ['shopify_orders.identities.net: names "gross", which is none of measures'],
  });
  expect(withIdentity({}).ok).toBe(false);
});
