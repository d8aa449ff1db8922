import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { readServerPort } from "#demo/embedded-postgres.ts";
import { findAccessibilityProblems, launchBrowser, newContext, openInAdmin } from "./support/browser.ts";
import type { RunningDemo } from "./support/demo.ts";
import { startSeededDemo } from "./support/seeded-demo.ts";

let demo: RunningDemo;
let browser: Browser;
let context: BrowserContext;
/** Blocked, and the worst of all. */
let worst: string;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await launchBrowser();
  context = await newContext(browser);
  demo = await startSeededDemo();
  worst = (await demo.shops()).find((one) => one.state === "blocked")!.shop;
});
afterAll(async () => {
  await browser?.close();
  await demo?.interrupt();
  demo?.erase();
});
beforeEach(async () => {
  complaints = [];
  page = await openPage();
});
afterEach(async () => {
  expect(complaints).toEqual([]);
  await page.close();
  // Nobody is signed in when the next one begins.
  await context.clearCookies();
});

async function openPage(): Promise<Page> {
  const opened = await context.newPage();
  // A refused request is logged by the browser itself.
  opened.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      complaints.push(message.text());
  });
  opened.on("pageerror", (error) => complaints.push(error.message));
  return opened;
}

/** Through the provider, as a person does; ends on the page that was wanted. */
async function signIn(person: string, path = "/staff"): Promise<void> {
  await page.goto(demo.appUrl + path);
  await page
    .getByRole("link", { name: /company/ })
    .or(page.getByRole("button", { name: /company/ }))
    .click();
  await page.getByRole("button", { name: person }).click();
  await page.waitForURL(demo.appUrl + path);
}

async function expectGoodToUse(): Promise<void> {
  expect(await findAccessibilityProblems(page.mainFrame())).toEqual([]);
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  ).toBe(0);
}

const shopPath = (tab = "") => `/staff/shops/${worst}${tab ? `?tab=${tab}` : ""}`;
const dialog = () => page.getByRole("dialog");
const choose = async (thing: string, action: string) => {
  await page.getByRole("button", { name: `Actions for ${thing}`, exact: true }).click();
  await page.getByRole("menuitem", { name: action, exact: true }).click();
};
const because = (reason: string) => dialog().getByLabel("Reason").fill(reason);
const wholeYear = "The account was changed in spring; load it all again";
const known = "Shopify had an outage, which their status page confirms";

test("support finds the worst shop, reads why, loads 400 days again and resolves an incident", async () => {
  await signIn("Sam Support");
  await expectGoodToUse();
  const rows = page.getByRole("region", { name: "Shops, the worst first" }).locator("tbody tr");
  expect(await rows.first().textContent()).toMatch(/northwind-coffee.*Critical.*Blocked/s);
  await rows.first().getByRole("link").click();
  await page.waitForURL(demo.appUrl + shopPath());

  await page.getByRole("heading", { name: "Why is Shopify Orders 9 hours old?" }).waitFor();
  await page.getByText("Nothing has failed: no sync was started since.").first().waitFor();
  await expectGoodToUse();

  await choose("Meta Ads", "Backfill");
  await dialog().getByRole("button", { name: "Last 400 days" }).click();
  await dialog()
    .getByText(/^400 days\. About [\d,]+ rows/)
    .waitFor();
  await dialog().getByRole("button", { name: "Run backfill" }).click();
  await dialog().getByText("Say why.").waitFor();
  await expectGoodToUse();
  await because(wholeYear);
  await dialog().getByRole("button", { name: "Run backfill" }).click();
  await page.getByText("The backfill is on its way.").waitFor();

  await page.getByRole("link", { name: "Shopify Refunds is late" }).click();
  await page.getByRole("heading", { name: "Who was told" }).waitFor();
  await expectGoodToUse();
  await page.getByRole("button", { name: "Resolve" }).click();
  await dialog().getByLabel("How it ended").selectOption("expected");
  await because(known);
  await expectGoodToUse();
  await dialog().getByRole("button", { name: "Resolve" }).click();
  await page.getByText("Resolved.").waitFor();
  await page.getByText(known).first().waitFor();
});

test("the pages work on a tablet, and a search that finds nothing says so", async () => {
  await page.setViewportSize({ width: 768, height: 1024 });
  await signIn("Sam Support");
  await expectGoodToUse();
  await page.getByLabel("Find a shop").fill("nothing-like-it");
  await page.getByLabel("Find a shop").press("Enter");
  await page.getByText("No installed shop has “nothing-like-it” in its domain.").waitFor();
  for (const tab of ["", "incidents", "runs", "checks", "backfills", "alerts", "jobs", "audit"]) {
    await page.goto(demo.appUrl + shopPath(tab));
    await page.getByRole("heading", { level: 1 }).waitFor();
    await expectGoodToUse();
  }
});

test("the 400 days are loaded, which went on meanwhile", async () => {
  await signIn("Sam Support", shopPath("backfills"));
  await page.getByRole("region", { name: "Backfills" }).getByText("Done").waitFor({ timeout: 120_000 });
  await expectGoodToUse();
});

test("the merchant sees what came of it, and not who it was", async () => {
  const frame = await openInAdmin(page, demo.adminUrl, worst, "/app/backfills");
  const backfills = await frame.locator("main").textContent();
  expect(backfills).toContain("Meta Ads");
  expect(backfills).toContain("Done");
  expect(backfills).not.toContain("sam@example.com");
  const answer = await demo.api(worst, "/api/sync-health/incidents?status=resolved&limit=100");
  const { incidents } = (await answer.json()) as { incidents: { id: string; source: string }[] };
  const { id } = incidents.find(({ source }) => source === "shopify_refunds")!;
  const incident = await openInAdmin(page, demo.adminUrl, worst, `/app/incidents/${id}`);
  await incident.getByText("Closed by our support").waitFor();
  expect(await incident.locator("main").textContent()).not.toContain("sam@example.com");
});

test("the audit has every step, and not even the app can change it", async () => {
  await signIn("Sam Support", `/staff/audit?shop=${worst}`);
  const told = await page.getByRole("region", { name: "Audit rows" }).locator("tbody").textContent();
  for (const step of [
    "staff.open_shop",
    "backfill.request",
    "backfill.completed",
    "incident.resolve",
    wholeYear,
    known,
  ])
    expect(told).toContain(step);

  const app = await connectAsApp();
  try {
    for (const statement of [
      "UPDATE audit_log SET reason = 'another'",
      "DELETE FROM audit_log",
      "TRUNCATE audit_log",
    ])
      await expect(app.query(statement)).rejects.toThrow(/permission denied/);
  } finally {
    await app.end();
  }
});

test("the same over JSON: what a program may do, with a reason, and with what answer", async () => {
  const token = async (role: string) => (await fetch(`${demo.adminUrl}/dev/staff-token?role=${role}`)).text();
  const call = async (path: string, body?: object) =>
    fetch(`${demo.appUrl}/api/staff${path}`, {
      method: body ? "POST" : "GET",
      headers: {
        authorization: `Bearer ${await token("support")}`,
        ...(body ? { "content-type": "application/json" } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  const list = (await (await call("/shops?search=northwind")).json()) as { shops: { domain: string }[] };
  expect(list.shops.map(({ domain }) => domain)).toEqual([worst]);
  const overview = (await (await call(`/shops/${worst}`)).json()) as {
    connectors: { id: string; source: string }[];
    diagnoses: { question: string }[];
  };
  expect(overview.diagnoses.map(({ question }) => question)).toContain("Why is Shopify Orders 9 hours old?");
  const klaviyo = overview.connectors.find(({ source }) => source === "klaviyo")!;
  const wanted = { startDate: "2025-11-01", endDate: "2026-10-31", reason: "By a script" };
  const asked = await call(`/shops/${worst}/connectors/${klaviyo.id}/backfill`, wanted);
  expect(asked.status).toBe(202);
  expect(await asked.json()).toMatchObject({ backfill: { source: "klaviyo", requestedBy: "support" } });
  const again = await call(`/shops/${worst}/connectors/${klaviyo.id}/backfill`, wanted);
  expect(again.status).toBe(409);
  const { reason: _, ...withoutReason } = wanted;
  const unsaid = await call(`/shops/${worst}/connectors/${klaviyo.id}/backfill`, withoutReason);
  expect([unsaid.status, await unsaid.json()]).toMatchObject([
    422,
    { errors: { reason: [expect.any(String)] } },
  ]);
  const elsewhere = await call(`/shops/harbor-and-pine.myshopify.com/connectors/${klaviyo.id}/backfill`, {});
  expect(elsewhere.status).toBe(404);
});

/** As the demo's web process: the role that the app runs as. */
async function connectAsApp(): Promise<pg.Client> {
  const { webPassword } = JSON.parse(readFileSync(join(demo.dataDir, "secrets.json"), "utf8"));
  const client = new pg.Client({
    host: "127.0.0.1",
    port: readServerPort(join(demo.dataDir, "postgres")),
    user: "sync_health_web",
    password: webPassword,
    database: "sync_health",
  });
  await client.connect();
  return client;
}
