import { createServer } from "node:http";
import { Session } from "@shopify/shopify-api";
import express from "express";
import type { Browser, CDPSession, Frame, Locator, Page } from "playwright-core";
import { runOnePass } from "#app/modules/checks/run-tick.server.ts";
import { ShopSessionStorage } from "#app/modules/shops/session-storage.server.ts";
import { findFreePort } from "#demo/embedded-postgres.ts";
import { createAdminStandIn } from "#demo/shopify-admin/admin-stand-in.ts";
import { launchBrowser, openInAdmin, userAgent } from "#e2e/support/browser.ts";
import { apiKey, apiSecret, openDatabase, withPostgres } from "./bench-database.ts";
import { startBuiltServer } from "./built-server.ts";
import { median, printGoal, printTable } from "./figures.ts";
import { domainOf, fillRuns, fillShops, makeSomeLate } from "./fill-shops.ts";

const RUNS = 7;
const SLOWDOWN = 4;
/** Between two interactions: what the last one set off is over. */
const SETTLE_MS = 500;
/** How long a finger stays on a button. */
const PRESS_MS = 80;
const shop = domainOf(1);

interface Visit {
  largestPaintMs: number;
  layoutShift: number;
  /** The longest of the interactions, from the press to the next paint. */
  interactionMs: number;
  interactions: string[];
  scriptKilobytes: number;
  totalKilobytes: number;
  documentMs: number;
}

/**
 * Home of a shop with 12 connectors and 90 days of syncs, in Chromium with its processor slowed down four times, framed
 * by the admin stand-in as in the demo: each visit has an empty cache. Web vitals are what the browser itself reports
 * inside the frame; interactions are real clicks and keys.
 */
export async function run(): Promise<void> {
  await withPostgres(async (superuserUrl) => {
    const database = await openDatabase(superuserUrl, "bench_page");
    const now = new Date();
    await fillShops(database.owner, 4, now);
    await makeSomeLate(database.owner, now);
    await fillRuns(database.owner, { asOf: now, days: 90, everyMinutes: 15 });
    await runOnePass(now);
    await new ShopSessionStorage().storeSession(
      new Session({
        id: `offline_${shop}`,
        shop,
        state: "bench",
        isOnline: false,
        accessToken: "bench",
        scope: "read_orders",
      }),
    );
    const [appUrl, adminPort] = [`http://localhost:${await findFreePort()}`, await findFreePort()];
    const adminUrl = `http://localhost:${adminPort}`;
    const admin = createServer(
      express().use(
        createAdminStandIn({
          appUrl,
          apiKey,
          apiSecret,
          port: adminPort,
          listShops: async () => [{ shop, state: "bench" }],
        }),
      ),
    );
    await new Promise<void>((listening) => admin.listen(adminPort, "127.0.0.1", listening));
    const server = await startBuiltServer({
      PORT: new URL(appUrl).port,
      SHOPIFY_APP_URL: appUrl,
      APP_BRIDGE_URL: `${adminUrl}/app-bridge.js`,
      ADMIN_ORIGIN: adminUrl,
    });
    const browser = await launchBrowser();
    try {
      // The first visit warms up the server; it is not counted.
      await visit(browser, adminUrl);
      const visits: Visit[] = [];
      for (let index = 0; index < RUNS; index += 1) {
        await database.owner.query("UPDATE dq_incidents SET status = 'open', acknowledged_at = NULL");
        visits.push(await visit(browser, adminUrl));
      }
      print(visits);
    } finally {
      await browser.close();
      await server.stop();
      admin.closeAllConnections();
      await new Promise((closed) => admin.close(closed));
      await database.close();
    }
  });
}

async function visit(browser: Browser, adminUrl: string): Promise<Visit> {
  const context = await browser.newContext({ userAgent, viewport: { width: 1280, height: 900 } });
  try {
    await context.addInitScript(observeVitals);
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
    const transferred = await countTransfers(devtools, adminUrl);
    const frame = await openInAdmin(page, adminUrl, shop, "/app");
    await frame.waitForLoadState("networkidle");
    const loaded = await frame.evaluate(() => {
      const { largestPaintMs, layoutShift } = window.vitals;
      const [document] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
      return { largestPaintMs, layoutShift, documentMs: document!.responseEnd };
    });
    const { scripts, all } = transferred();
    const interactions = await interact(page, frame);
    const { interactionMs, layoutShift } = await frame.evaluate(() => window.vitals);
    return {
      ...loaded,
      layoutShift: Math.max(loaded.layoutShift, layoutShift),
      interactionMs,
      interactions,
      scriptKilobytes: scripts / 1000,
      totalKilobytes: all / 1000,
    };
  } finally {
    await context.close();
  }
}

declare global {
  interface Window {
    vitals: { largestPaintMs: number; layoutShift: number; interactionMs: number };
  }
}

/** Runs in every frame before its own scripts. */
function observeVitals(): void {
  window.vitals = { largestPaintMs: 0, layoutShift: 0, interactionMs: 0 };
  const observe = (type: string, see: (entry: PerformanceEntry) => void, options: object = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(see)).observe({
      type,
      buffered: true,
      ...options,
    });
  observe("largest-contentful-paint", (entry) => {
    window.vitals.largestPaintMs = entry.startTime;
  });
  observe("layout-shift", (entry) => {
    const shift = entry as PerformanceEntry & { hadRecentInput: boolean; value: number };
    if (!shift.hadRecentInput) window.vitals.layoutShift += shift.value;
  });
  observe(
    "event",
    (entry) => {
      if ((entry as PerformanceEntry & { interactionId: number }).interactionId)
        window.vitals.interactionMs = Math.max(window.vitals.interactionMs, entry.duration);
    },
    { durationThreshold: 16 },
  );
}

/** What comes over the wire for the app's own page, as compressed as it was sent. */
async function countTransfers(devtools: CDPSession, adminUrl: string) {
  const kinds = new Map<string, { isScript: boolean }>();
  let [scripts, all] = [0, 0];
  devtools.on("Network.responseReceived", ({ requestId, type, response }) => {
    if (!response.url.startsWith(adminUrl)) kinds.set(requestId, { isScript: type === "Script" });
  });
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const kind = kinds.get(requestId);
    if (!kind) return;
    all += encodedDataLength;
    if (kind.isScript) scripts += encodedDataLength;
  });
  await devtools.send("Network.enable");
  return () => ({ scripts, all });
}

/** What a merchant does on Home: acknowledges, opens what is folded, tabs on, looks at a source and comes back. */
async function interact(page: Page, frame: Frame): Promise<string[]> {
  const done: string[] = [];
  /** Clicks where it is, by the mouse alone: Playwright's own click runs its checks in the page, just when it counts. */
  const click = async (what: string, target: Locator) => {
    await target.scrollIntoViewIfNeeded();
    const box = await target.boundingBox();
    if (!box) throw new Error(`Home shows nothing to click for "${what}".`);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.waitForTimeout(SETTLE_MS);
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2, { delay: PRESS_MS });
    done.push(what);
    await page.waitForTimeout(SETTLE_MS);
  };
  const open = frame.getByRole("button", { name: /^acknowledge/i });
  for (let left = (await open.count()) - 1, times = 0; times < 2; left -= 1, times += 1) {
    await click("acknowledge", open.first());
    while ((await open.count()) > left) await page.waitForTimeout(SETTLE_MS);
  }
  for (const button of await frame.getByRole("button", { name: /\bmore\b/i }).all())
    await click("open more", button);
  for (let index = 0; index < 3; index += 1) await page.keyboard.press("Tab");
  done.push("tab");
  await click("open a source", frame.getByRole("link", { name: /^view details/i }).first());
  await frame.waitForURL(/\/app\/connectors\//);
  await click("go back", frame.locator('a[href="/app"]:visible').first());
  await frame.waitForURL(/\/app(\?|$)/);
  await page.waitForTimeout(SETTLE_MS);
  return done;
}

function print(visits: readonly Visit[]): void {
  const of = (pick: (visit: Visit) => number, digits: number) => {
    const values = visits.map(pick);
    return [median(values), Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
  };
  printTable(
    ["Home, 12 connectors", "median", "best", "worst"],
    [
      ["LCP ms", ...of((one) => one.largestPaintMs, 0)],
      ["CLS", ...of((one) => one.layoutShift, 4)],
      ["INP ms", ...of((one) => one.interactionMs, 0)],
      ["document received ms", ...of((one) => one.documentMs, 0)],
      ["JavaScript kB, compressed", ...of((one) => one.scriptKilobytes, 1)],
      ["everything kB, compressed", ...of((one) => one.totalKilobytes, 1)],
    ],
  );
  console.log(
    `${RUNS} visits, processor slowed down ${SLOWDOWN} times. Interactions: ${visits[0]!.interactions.join(", ")}.`,
  );
  printGoal("LCP in ms, median", median(visits.map((one) => one.largestPaintMs)), 1_200, 0);
  printGoal("CLS, median", median(visits.map((one) => one.layoutShift)), 0.02, 4);
  printGoal("INP in ms, median", median(visits.map((one) => one.interactionMs)), 100, 0);
  printGoal("JavaScript in kB, compressed", median(visits.map((one) => one.scriptKilobytes)), 200, 0);
}
