import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findAccessibilityProblems, launchBrowser, openInAdmin, userAgent } from "./support/browser.ts";
import { type RunningDemo, startDemo } from "./support/demo.ts";

let demo: RunningDemo;
let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
  demo = await startDemo();
});
afterAll(async () => {
  await browser?.close();
  await demo?.interrupt();
  demo?.erase();
});

const states = ["healthy", "late", "blocked", "new", "tiny", "large"] as const;
const shopOf = async (state: string) => (await demo.shops()).find((one) => one.state === state)!.shop;
const ordersOf = async (shop: string) =>
  (await demo.summary(shop)).connectors.find((one) => one.source === "shopify_orders")!;

test("the shops are listed in order, and each shows its state", async () => {
  expect((await demo.shops()).map((one) => one.state)).toEqual(states);
  const shown = Object.fromEntries(
    await Promise.all(states.map(async (state) => [state, await demo.summary(await shopOf(state))] as const)),
  );
  expect(shown.healthy).toMatchObject({ score: 100, status: "healthy", blocked: false });
  expect(shown.late).toMatchObject({ status: "critical", blocked: false });
  expect(shown.blocked).toMatchObject({ score: 49, status: "critical", blocked: true });
  expect(shown.new).toMatchObject({ score: null, status: "unknown" });
  for (const state of states.filter((one) => one !== "new"))
    expect(shown[state]!.connectors.length).toBeGreaterThanOrEqual(12);
  for (const summary of Object.values(shown)) {
    if (summary.score === null) continue;
    expect(summary.deductions.reduce((sum, one) => sum + one.points, 0)).toBe(100 - summary.score);
  }
});

describe("Shopify Orders of the healthy shop, made stale", () => {
  test.each([
    [119, null, "healthy", 100, false],
    [122, "warning", "delayed", 94, false],
    [239, "warning", "delayed", 94, false],
    [242, "high", "delayed", 89, false],
    [479, "high", "delayed", 89, false],
    [482, "critical", "error", 49, true],
  ] as const)(
    "%i minutes: %s, %s, score %s, blocked %s",
    async (minutes, severity, status, score, blocked) => {
      const shop = await shopOf("healthy");
      await demo.scenario({ shop, source: "shopify_orders", kind: "stale", minutes });
      await demo.runChecks();
      const summary = await demo.summary(shop);
      const orders = summary.connectors.find((one) => one.source === "shopify_orders")!;
      expect({ severity: orders.severity, status: orders.status, minutes: orders.minutesSinceSync }).toEqual({
        severity,
        status,
        minutes,
      });
      expect({ score: summary.score, blocked: summary.blocked }).toEqual({ score, blocked });
    },
  );

  test("a real sync recovers it in seconds, without a tick, and its incident is resolved", async () => {
    const shop = await shopOf("healthy");
    await demo.scenario({ shop, source: "shopify_orders", kind: "recover" });
    expect(await ordersOf(shop)).toMatchObject({ status: "healthy", severity: null, openIncidents: 0 });
    const { incidents } = (await (
      await demo.api(shop, "/api/sync-health/incidents?status=resolved")
    ).json()) as { incidents: { check: string; severity: string }[] };
    expect(incidents[0]).toMatchObject({ check: "freshness", severity: "critical" });
  });
});

test("three failed Airbyte jobs in a row are a warning; a pushed run without credentials is an error", async () => {
  const shop = await shopOf("large");
  await demo.scenario({ shop, source: "meta_ads", kind: "fail" });
  await demo.scenario({ shop, source: "postscript", kind: "fail" });
  const { connectors } = await demo.summary(shop);
  expect(connectors.find((one) => one.source === "meta_ads")).toMatchObject({
    status: "delayed",
    severity: "warning",
  });
  expect(connectors.find((one) => one.source === "postscript")).toMatchObject({
    status: "error",
    severity: "high",
  });
  for (const source of ["meta_ads", "postscript"]) await demo.scenario({ shop, source, kind: "recover" });
  expect(await demo.summary(shop)).toMatchObject({ score: 100, status: "healthy" });
});

describe.each([1280, 320])("Home and a connector's page at %i px", (width) => {
  test.each(states)("%s: drawn, accessible, no sideways scroll, no console error", async (state) => {
    const page = await browser.newPage({ viewport: { width, height: 900 }, userAgent, bypassCSP: true });
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    const frame = await openInAdmin(page, demo.adminUrl, await shopOf(state));
    const look = async () => {
      expect(await findAccessibilityProblems(frame)).toEqual([]);
      expect(
        await frame.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
      ).toBeLessThanOrEqual(0);
    };
    await look();
    await frame.click("a[href*='/app/connectors/']");
    await frame.waitForURL(/\/app\/connectors\//);
    await frame.waitForSelector("text=Recent syncs");
    await look();
    expect(await frame.evaluate(() => document.cookie + Object.keys(localStorage).join())).toBe("");
    expect(complaints).toEqual([]);
    await page.close();
  });
});

test("an incident is acknowledged with the keyboard alone", async () => {
  const shop = await shopOf("blocked");
  const page = await browser.newPage({ userAgent });
  const frame = await openInAdmin(page, demo.adminUrl, shop);
  const before = await frame.locator("button:has-text('Acknowledge')").count();
  expect(before).toBeGreaterThan(0);
  await frame.locator("button:has-text('Acknowledge')").first().focus();
  await page.keyboard.press("Enter");
  await expect
    .poll(async () => frame.locator("button:has-text('Acknowledge')").count(), { timeout: 10_000 })
    .toBe(before - 1);
  const { incidents } = (await (
    await demo.api(shop, "/api/sync-health/incidents?status=acknowledged")
  ).json()) as { incidents: unknown[] };
  expect(incidents).toHaveLength(1);
  await page.close();
});

test("Ctrl-C stops everything; a second start keeps the data", async () => {
  const shop = await shopOf("blocked");
  const acknowledged = async () =>
    (
      (await (await demo.api(shop, "/api/sync-health/incidents?status=all&limit=100")).json()) as {
        incidents: { id: string }[];
      }
    ).incidents.map((one) => one.id);
  const before = await acknowledged();
  expect(before.length).toBeGreaterThan(0);
  expect(await demo.interrupt()).toBe(0);
  await expect(fetch(`${demo.appUrl}/healthz`)).rejects.toThrow();
  await expect(fetch(demo.adminUrl)).rejects.toThrow();
  demo = await startDemo(demo.dataDir);
  expect(await acknowledged()).toEqual(expect.arrayContaining(before));
  expect(await demo.summary(await shopOf("healthy"))).toMatchObject({ score: 100 });
});
