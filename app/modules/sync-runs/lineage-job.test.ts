import { describe, expect, it } from "vitest";
import { sourceKeys } from "../connectors/sources.ts";
import { decideJobTarget, isStorableJob, sourceOfJob } from "./lineage-job.ts";

describe("the naming rule", () => {
  it.each([...sourceKeys])("knows %s by itself and as the last part", (key) => {
    expect(sourceOfJob(key)).toBe(key);
    expect(sourceOfJob(`etl.${key}`)).toBe(key);
    expect(sourceOfJob(`airflow/daily/${key}`)).toBe(key);
  });

  it.each([
    ["Meta-Ads", "meta_ads"],
    ["META ADS", "meta_ads"],
    ["etl.load/Meta-Ads", "meta_ads"],
    ["etl/load.GA4", "ga4"],
    ["klaviyo.events", null],
    ["load_klaviyo", null],
    ["meta__ads", null],
    ["metaads", null],
    ["shopify→pg.orders", null],
    ["klaviyo.", null],
    ["", null],
    [".", null],
    ["constructor", null],
    ["etl.__proto__", null],
    ["klaviyo\0", null],
  ])("takes %j for %s", (name, source) => {
    expect(sourceOfJob(name)).toBe(source);
  });
});

describe("a job's runs belong", () => {
  const connectors = [
    { id: "k", source: "klaviyo", engine: "push" },
    { id: "m", source: "meta_ads", engine: "airbyte" },
  ] as const;
  const target = (name: string, mapped: string | null = null) =>
    decideJobTarget({ namespace: "etl", name }, mapped, connectors);

  it("to the connector of the source that its name says", () => {
    expect(target("load.klaviyo")).toEqual({ feeds: "connector", connectorId: "k" });
  });

  it("to a new connector, if the shop has none of that source", () => {
    expect(target("ga4")).toEqual({ feeds: "new_connector", source: "ga4" });
  });

  it("to nothing, if its name says no source", () => {
    expect(target("nightly")).toEqual({ feeds: "nothing", reason: "no_such_source" });
  });

  it("to nothing, if Airbyte syncs the connector, by name or by staff's word", () => {
    expect(target("meta_ads")).toEqual({ feeds: "nothing", reason: "synced_by_airbyte" });
    expect(target("nightly", "m")).toEqual({ feeds: "nothing", reason: "synced_by_airbyte" });
  });

  it("to the connector that staff mapped it to, whatever its name says", () => {
    expect(target("nightly", "k")).toEqual({ feeds: "connector", connectorId: "k" });
    expect(target("ga4", "k")).toEqual({ feeds: "connector", connectorId: "k" });
    expect(target("meta_ads", "k")).toEqual({ feeds: "connector", connectorId: "k" });
  });

  it("to nothing, if that connector's source is no longer in the catalogue", () => {
    expect(target("klaviyo", "gone")).toEqual({ feeds: "nothing", reason: "no_such_source" });
  });
});

it.each([
  ["a name of 400 characters", "x".repeat(400), true],
  ["a name of 401 characters", "x".repeat(401), false],
  ["any language", "ladung/Größe→🚚", true],
  ["a zero byte", "a\0", false],
  ["half a character", "a\ud800", false],
])("remembers a job of %s: %s", (_, name, storable) => {
  expect(isStorableJob({ namespace: "etl", name })).toBe(storable);
  expect(isStorableJob({ namespace: name, name: "etl" })).toBe(storable);
});
