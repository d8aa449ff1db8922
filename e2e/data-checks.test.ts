import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningDemo } from "./support/demo.ts";
import { startSeededDemo } from "./support/seeded-demo.ts";

let demo: RunningDemo;
let shop: string;

beforeAll(async () => {
  demo = await startSeededDemo();
  shop = (await demo.shops()).find((one) => one.state === "healthy")!.shop;
});
afterAll(async () => {
  await demo?.interrupt();
  demo?.erase();
});

interface Incident {
  source: string;
  check: string;
  severity: string;
  detail: string;
}

/** The shop's calendar day so many days ago: the healthy demo shop is in New York. */
const daysAgo = (days: number): string =>
  new Date(Date.now() - days * 86_400_000).toLocaleDateString("en-CA", { timeZone: "America/New_York" });
const nameOf = (day: string): string =>
  new Date(`${day}T00:00Z`).toLocaleDateString("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });

async function openIncidents(source: string): Promise<Incident[]> {
  const answer = await demo.api(shop, "/api/sync-health/incidents?limit=100");
  const { incidents } = (await answer.json()) as { incidents: Incident[] };
  return incidents.filter((one) => one.source === source);
}
const connectorOf = async (source: string) =>
  (await demo.summary(shop)).connectors.find((one) => one.source === source)!;

/** These checks judge one shop's data: the others need not be read each time. */
const runChecks = () => demo.runChecks(shop);

async function recover(source: string): Promise<void> {
  await demo.scenario({ shop, source, kind: "recover" });
  await runChecks();
  await runChecks();
  expect(await openIncidents(source)).toEqual([]);
  expect(await connectorOf(source)).toMatchObject({ status: "healthy", severity: null });
}

describe("rows of Shopify Orders that are lost", () => {
  test.each([
    [0.5, 1],
    [0.8, 1],
    [0.8, 12],
  ])(
    "%s of the day %i days ago: told at the second evaluation, with the day, and over when they are back",
    async (share, ago) => {
      const day = daysAgo(ago);
      await demo.scenario({ shop, source: "shopify_orders", kind: "lose_rows", day, share });
      await runChecks();
      expect(await openIncidents("shopify_orders")).toEqual([]);
      await runChecks();
      const incidents = await openIncidents("shopify_orders");
      expect(incidents.map(({ check }) => check)).toEqual(["row_count_drop"]);
      expect(incidents[0]!.detail).toContain(nameOf(day).replace(/ 0/, " "));
      expect(["warning", "high"]).toContain(incidents[0]!.severity);
      const connector = await connectorOf("shopify_orders");
      expect(connector).toMatchObject({ status: "delayed", message: incidents[0]!.detail });
      expect(connector.completeThrough! < day).toBe(true);
      await recover("shopify_orders");
    },
  );

  test("40 % of five days: one incident", async () => {
    const days = [6, 5, 4, 3, 2].map(daysAgo);
    await demo.scenario({ shop, source: "shopify_orders", kind: "lose_rows", days, share: 0.4 });
    await runChecks();
    await runChecks();
    const incidents = await openIncidents("shopify_orders");
    expect(incidents.map(({ check }) => check)).toEqual(["row_count_drop"]);
    await recover("shopify_orders");
  });
});

test("a day without orders is critical", async () => {
  await demo.scenario({ shop, source: "shopify_orders", kind: "lose_rows", day: daysAgo(1), share: 1 });
  await runChecks();
  await runChecks();
  // After midnight the hours since are as empty: the silence is still going on then.
  const incidents = (await openIncidents("shopify_orders")).filter(({ check }) => check !== "silent_hours");
  expect(incidents).toEqual([expect.objectContaining({ check: "zero_orders", severity: "critical" })]);
  await recover("shopify_orders");
});

test.each([
  ["duplicate", "shopify_orders", "duplicate_primary_key"],
  ["duplicate", "klaviyo", "duplicate_primary_key"],
  ["negative", "shopify_orders", "negative_values"],
  ["negative", "meta_ads", "negative_values"],
  ["mismatch", "shopify_orders", "metric_inconsistency"],
])("%s rows of %s: %s, high, at the first evaluation", async (kind, source, check) => {
  await demo.scenario({ shop, source, kind });
  await runChecks();
  expect(await openIncidents(source)).toContainEqual(expect.objectContaining({ check, severity: "high" }));
  await recover(source);
});

test.each(["shopify_orders", "postscript"])(
  "rows of %s that came through another's connection are critical, block everything and name nobody",
  async (source) => {
    await demo.scenario({ shop, source, kind: "foreign" });
    await runChecks();
    const incidents = await openIncidents(source);
    expect(incidents).toEqual([expect.objectContaining({ check: "tenant_isolation", severity: "critical" })]);
    expect(incidents[0]!.detail).not.toMatch(/myshopify|none-of-this-shop/);
    expect(await demo.summary(shop)).toMatchObject({ score: 49, status: "critical", blocked: true });
    await recover(source);
  },
);

test("a sync says how many rows it loaded: of three orders a day most bring none", async () => {
  const tiny = (await demo.shops()).find((one) => one.state === "tiny")!.shop;
  const { connectors } = await demo.summary(tiny);
  const rowsOf = async (source: string) => {
    const { id } = connectors.find((one) => one.source === source)!;
    const answer = await demo.api(tiny, `/api/sync-health/connector/${id}`);
    const { runs } = (await answer.json()) as { runs: { status: string; rowsSynced: number | null }[] };
    return runs.flatMap(({ status, rowsSynced }) =>
      status === "succeeded" && rowsSynced !== null ? [rowsSynced] : [],
    );
  };
  const ofOrders = await rowsOf("shopify_orders");
  expect(ofOrders.filter((rows) => rows === 0).length).toBeGreaterThan(ofOrders.length / 2);
  // Two days of four campaigns, or three when midnight lies between two syncs.
  expect(new Set(await rowsOf("meta_ads"))).toEqual(new Set([8, 12]));
});

test("an empty table is critical, blocks what it feeds, and caps the score", async () => {
  await demo.scenario({ shop, source: "shopify_orders", kind: "empty" });
  await runChecks();
  expect(await openIncidents("shopify_orders")).toEqual([
    expect.objectContaining({ check: "empty_table", severity: "critical" }),
  ]);
  const block = (await (
    await demo.api(shop, "/api/sync-health/dashboard-block?dashboard=revenue")
  ).json()) as {
    blocked: boolean;
    dashboards: { reasons: { code: string }[] }[];
  };
  expect(block).toMatchObject({ blocked: true, dashboards: [{ reasons: [{ code: "empty_table" }] }] });
  expect(await demo.summary(shop)).toMatchObject({ score: 49, status: "critical", blocked: true });
  await recover("shopify_orders");
  expect(await demo.summary(shop)).toMatchObject({ score: 100, status: "healthy", blocked: false });
});

test("half of a day's spend gone is an unusual amount; a day that is not there is missing", async () => {
  const day = daysAgo(1);
  await demo.scenario({ shop, source: "meta_ads", kind: "lose_rows", day, share: 0.6 });
  await runChecks();
  await runChecks();
  expect((await openIncidents("meta_ads")).map(({ check }) => check)).toContain("volume_anomaly");
  await recover("meta_ads");
  await demo.scenario({ shop, source: "meta_ads", kind: "lose_rows", day, share: 1 });
  await runChecks();
  expect(await openIncidents("meta_ads")).toEqual([
    expect.objectContaining({
      check: "missing_days",
      severity: "warning",
      detail: `A day is missing: ${nameOf(day)}.`,
    }),
  ]);
  await runChecks();
  expect((await openIncidents("meta_ads")).map(({ check }) => check).sort()).toEqual([
    "missing_days",
    "zero_spend",
  ]);
  await recover("meta_ads");
});
