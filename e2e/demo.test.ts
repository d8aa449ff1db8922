import type { Browser, BrowserContext, Frame, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  findAccessibilityProblems,
  findProblemsAtBothWidths,
  launchBrowser,
  newContext,
  newPage,
  openInAdmin,
  userAgent,
} from "./support/browser.ts";
import { type RunningDemo, startDemo } from "./support/demo.ts";

let demo: RunningDemo;
let browser: Browser;
let context: BrowserContext;
beforeAll(async () => {
  browser = await launchBrowser();
  context = await newContext(browser);
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
      await demo.runChecks(shop);
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

test("Get support names whom to ask, at 320 px too, and leads back", async () => {
  const page = await newPage(context, 320);
  const frame = await openInAdmin(page, demo.adminUrl, await shopOf("healthy"), "/app/support");
  await frame.getByRole("link", { name: "support@example.com" }).waitFor();
  expect(await findAccessibilityProblems(frame)).toEqual([]);
  expect(await frame.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await frame.getByRole("link", { name: "Sync Health" }).click();
  await frame.getByRole("heading", { name: "Sync Health", level: 1 }).waitFor();
  await page.close();
});

test.each(states)(
  "Home, a connector's page and an incident's of %s: drawn, accessible, no sideways scroll, no console error",
  async (state) => {
    const page = await newPage(context);
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    const frame = await openInAdmin(page, demo.adminUrl, await shopOf(state));
    const look = async () => expect(await findProblemsAtBothWidths(page, frame)).toEqual([]);
    await look();
    await frame.click("a[href*='/app/connectors/']");
    await frame.waitForURL(/\/app\/connectors\//);
    await frame.waitForSelector("text=Recent syncs");
    await look();
    const incident = frame.locator("a[href*='/app/incidents/']").first();
    if (await incident.count()) {
      await incident.click();
      await frame.waitForURL(/\/app\/incidents\//);
      await frame.waitForSelector("text=Timeline");
      await look();
    }
    expect(await frame.evaluate(() => document.cookie + Object.keys(localStorage).join())).toBe("");
    expect(complaints).toEqual([]);
    await page.close();
  },
);

/** Presses Tab until the focus is on an element that fits, as a person without a mouse does. */
async function tabTo(page: Page, frame: Frame, selector: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    if (await frame.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
  }
  throw new Error(`Sixty presses of Tab did not reach ${selector}.`);
}

test("with the keyboard alone: from Home to an incident's page, acknowledged there, and back", async () => {
  const shop = await shopOf("blocked");
  const page = await browser.newPage({ userAgent });
  const frame = await openInAdmin(page, demo.adminUrl, shop);
  await frame.locator("h1").first().click();
  await tabTo(page, frame, "a[href*='/app/incidents/']");
  await page.keyboard.press("Enter");
  await frame.waitForURL(/\/app\/incidents\//);
  await frame.waitForSelector("text=Timeline");
  await tabTo(page, frame, "button[aria-label^='Acknowledge']");
  await page.keyboard.press("Enter");
  await frame.waitForSelector("text=Seen by somebody in your store", { timeout: 10_000 });
  const { incidents } = (await (
    await demo.api(shop, "/api/sync-health/incidents?status=acknowledged")
  ).json()) as { incidents: { id: string }[] };
  expect(incidents.map(({ id }) => id)).toEqual([frame.url().split("/incidents/")[1]!.split("?")[0]]);
  await tabTo(page, frame, "a[href='/app']");
  await page.keyboard.press("Enter");
  await frame.waitForSelector("text=Health score");
  await page.close();
});

test("Sync now really syncs: a late source is fresh again within seconds, and Home says that it is over", async () => {
  const shop = await shopOf("late");
  const page = await browser.newPage({ userAgent });
  const frame = await openInAdmin(page, demo.adminUrl, shop);
  const sourceOf = async () => (await demo.summary(shop)).connectors.find((one) => one.source === "ga4")!;
  expect(await sourceOf()).toMatchObject({ status: "delayed", severity: "high" });
  await frame.click("button[aria-label='Sync now: GA4']");
  await frame.waitForSelector("text=/Sync requested|A sync is running/");
  await expect
    .poll(async () => (await sourceOf()).status, { timeout: 30_000, interval: 500 })
    .toBe("healthy");
  await page.reload();
  const after = await (await page.waitForSelector("iframe")).contentFrame();
  await after!.waitForSelector("text=GA4 is all right again");
  await after!.click("button[aria-label='Dismiss: GA4 is all right again']");
  await after!.waitForSelector("text=GA4 is all right again", { state: "detached" });
  await page.close();
});

test("Airbyte's own notification brings its news in seconds, without a poll", async () => {
  const shop = await shopOf("tiny");
  const lastPoll = async () => (await demo.summary(shop)).connectors.find((one) => one.source === "klaviyo")!;
  const before = await lastPoll();
  const answer = await demo.api(shop, `/api/sync-health/connectors/${before.id}/sync`, { method: "POST" });
  expect([answer.status, await answer.json()]).toEqual([
    202,
    { connectorId: before.id, state: "requested", requestedAt: expect.any(String) },
  ]);
  await expect
    .poll(async () => (await lastPoll()).lastSyncedAt! > before.lastSyncedAt!, {
      timeout: 20_000,
      interval: 500,
    })
    .toBe(true);
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
