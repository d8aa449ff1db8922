import type { Browser, BrowserContext, Frame, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  findProblemsAtBothWidths,
  launchBrowser,
  newContext,
  newPage,
  openInAdmin,
  userAgent,
} from "./support/browser.ts";
import type { RunningDemo } from "./support/demo.ts";
import { startSeededDemo } from "./support/seeded-demo.ts";

let demo: RunningDemo;
let browser: Browser;
let context: BrowserContext;
beforeAll(async () => {
  browser = await launchBrowser();
  context = await newContext(browser);
  demo = await startSeededDemo();
});
afterAll(async () => {
  await browser?.close();
  await demo?.interrupt();
  demo?.erase();
});

async function withPage(
  { state, path }: { state: string; path: string },
  work: (frame: Frame, page: Page) => Promise<void>,
) {
  const shop = (await demo.shops()).find((one) => one.state === state)!.shop;
  const page = await newPage(context);
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  try {
    await work(await openInAdmin(page, demo.adminUrl, shop, path), page);
  } finally {
    await page.close();
  }
  expect(complaints).toEqual([]);
}

/** What a figure's tile says. */
const figure = async (frame: Frame, label: string) =>
  frame
    .locator("dl > div", { has: frame.locator(`dt:text-is("${label}")`) })
    .locator("dd")
    .first()
    .textContent();

test("a healthy shop finds its numbers from the navigation, for 30 days and for 90, with every day as a table", async () => {
  await withPage({ state: "healthy", path: "/app" }, async (frame, page) => {
    await page.click("nav a:has-text('Dashboards')");
    await frame.click("[aria-label='Open dashboard Revenue']");
    await frame.waitForSelector("h2:text('Totals')");
    const ofThirty = await figure(frame, "Sales");
    expect(ofThirty).toMatch(/^\$[\d,]+$/);
    await frame.click("text=Last 90 days");
    await expect.poll(() => figure(frame, "Sales")).not.toBe(ofThirty);
    expect(await frame.locator("[role=img]").first().getAttribute("aria-label")).toMatch(
      /^Net sales per day, .* between \$/,
    );
    await frame.locator("summary").first().press("Enter");
    await expect.poll(() => frame.locator("details[open] tbody tr").count()).toBe(90);
    await frame.click("a[aria-label='Dashboards']");
    await frame.waitForSelector("[aria-label='Open dashboard Traffic']");
  });
});

test("a blocked shop reads why, what to do and whom to ask, and its history", async () => {
  await withPage({ state: "blocked", path: "/app/dashboards/revenue" }, async (frame) => {
    const words = (await frame.locator("body").textContent())!;
    expect(words).toContain("Revenue dashboard is paused");
    expect(words).toMatch(/Shopify Orders last synced \d+ hours ago/);
    expect(words).toContain("Open Shopify Orders and Shopify Refunds to see why and what to do.");
    expect(words).toContain("support@example.com");
    expect(words).toMatch(/History through \w+ \d+/);
    expect(await figure(frame, "Orders")).toMatch(/^[\d,]+$/);
  });
  await withPage({ state: "blocked", path: "/app/dashboards/traffic" }, async (frame) => {
    expect(await frame.locator("text=is paused").count()).toBe(0);
    expect(await figure(frame, "Sessions")).toMatch(/^[\d,]+$/);
  });
});

test("a dashboard whose data is gone shows no number at all", async () => {
  const shop = (await demo.shops()).find(({ state }) => state === "healthy")!.shop;
  await demo.scenario({ shop, source: "shopify_orders", kind: "empty" });
  await demo.runChecks(shop);
  await withPage({ state: "healthy", path: "/app/dashboards/revenue" }, async (frame) => {
    await frame.waitForSelector("h2:text('No numbers for now')");
    expect(await frame.locator("[role=img], dl").count()).toBe(0);
  });
  await demo.scenario({ shop, source: "shopify_orders", kind: "recover" });
  await demo.runChecks(shop);
});

test("an unknown dashboard is not there, for the page and for others", async () => {
  const { shop } = (await demo.shops())[0]!;
  const page = await demo.api(
    shop,
    `/app/dashboards/sales?_data=${encodeURIComponent("routes/app.dashboards.$key")}`,
    {
      headers: { "user-agent": userAgent },
    },
  );
  expect(page.status).toBe(404);
  const gate = await demo.api(shop, "/api/sync-health/dashboard-block?dashboard=sales");
  expect(gate.status).toBe(422);
});

test.each([
  ["blocked", ""],
  ["late", "/marketing?days=90"],
  ["blocked", "/subscriptions"],
  ["healthy", "/messaging"],
  ["new", "/messaging"],
])("shop %s, dashboards%s: good to use", async (state, path) => {
  await withPage({ state, path: `/app/dashboards${path}` }, async (frame, page) =>
    expect(await findProblemsAtBothWidths(page, frame)).toEqual([]),
  );
});
