import { describe, expect, test } from "vitest";
import { buildCountQuery } from "./count-query.ts";
import { defaultMapping } from "./default-mapping.ts";
import { mappedSources, type SourceMapping } from "./mapping.ts";
import { buildProfileQuery, type WantedDays } from "./profile-query.ts";

const now = new Date("2026-11-24T15:20:00Z");
const wanted: WantedDays = {
  n: 0,
  shop: "o'hara.myshopify.com",
  zone: "America/New_York",
  fromDay: "2026-11-23",
  toDay: "2026-11-24",
  daysFrom: new Date("2026-11-23T05:00:00Z"),
  daysTo: new Date("2026-11-25T05:00:00Z"),
  hoursFrom: null,
  hoursTo: null,
  fromAt: new Date("2026-11-23T05:00:00Z"),
  toAt: new Date("2026-11-25T05:00:00Z"),
  connections: ["it's"],
  isLatest: true,
};
const mapping: SourceMapping = {
  table: 'my"schema.my"table',
  shopColumn: "shop; DROP TABLE shops",
  time: { kind: "instant", column: 'a"b', zone: "Europe/Ber'lin" },
  primaryKey: ['k"1', "Order ID"],
  extractedAtColumn: "loaded at",
  ownerColumn: "ow'ner",
  connectionColumn: "con$1nection",
  measures: { revenue: { column: 'to"tal', isNonNegative: true, isRequired: true } },
  mainMeasure: "revenue",
  categories: { channel: "cha--nnel" },
  identities: {},
};
const day: SourceMapping = { ...mapping, time: { kind: "day", column: 'a"b' } };
const profileQuery = (of: SourceMapping) => buildProfileQuery(of, [wanted], now);
const countQuery = (of: SourceMapping) => buildCountQuery(of, [{ ...wanted, countedAt: now }]);

describe("identifiers are quoted", () => {
  test.each([
    ["table", '"my""schema"."my""table"'],
    ["shop", 't."shop; DROP TABLE shops" = w.shop'],
    ["time", 't."a""b" >='],
    ["first key", 't."k""1"::text'],
    ["second key", 't."Order ID"::text'],
    ["owner", 't."ow\'ner"::text <> w.shop'],
    ["connection", 't."con$1nection"::text <> ALL'],
    ["measure", 't."to""tal"::numeric'],
    ["category", 't."cha--nnel"::text'],
  ])("%s", (_, quoted) => {
    expect(profileQuery(mapping).text).toContain(quoted);
  });

  test("in the count as well", () => {
    const { text } = countQuery(mapping);
    for (const quoted of ['"my""schema"."my""table"', 't."a""b" >=', 'max(t."loaded at")'])
      expect(text).toContain(quoted);
  });
});

describe("values are parameters", () => {
  test.each([
    ["profile of records", profileQuery(mapping)],
    ["profile of days", profileQuery(day)],
    ["count of records", countQuery(mapping)],
    ["count of days", countQuery(day)],
  ])("%s", (_, { text, values }) => {
    for (const value of ["o'hara", "Ber'lin", "it's", "New_York", "'revenue'", "'channel'"])
      expect(text).not.toContain(value);
    const places = new Set([...text.matchAll(/\$(\d+)::/g)].map(([, n]) => Number(n)));
    // Postgres refuses a parameter that no place takes.
    expect([...places].sort((a, b) => a - b)).toEqual(values.map((_value, index) => index + 1));
  });
});

test("every source of the default asks for the raw time column in ranges, so that its index serves", () => {
  for (const [, one] of mappedSources(defaultMapping)) {
    const { text } = profileQuery(one);
    expect(text).toMatch(
      one.time.kind === "day"
        ? /t\."day" >= w\.from_day AND t\."day" < w\.to_day \+ 1/
        : /t\."created_at" >= \(w\.from_at\) AND t\."created_at" < \(w\.to_at\)/,
    );
  }
});

test("a mapping without key, measures and categories makes a statement too", () => {
  const bare: SourceMapping = { ...day, primaryKey: [], measures: {}, mainMeasure: null, categories: {} };
  expect(profileQuery(bare).text).toContain("NULL::bigint AS distinct_keys");
});
