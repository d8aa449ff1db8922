import type { Browser, BrowserContext, Frame, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  findAccessibilityProblems,
  launchBrowser,
  newContext,
  newPage,
  openInAdmin,
} from "./support/browser.ts";
import type { RunningDemo } from "./support/demo.ts";
import { startSeededDemo } from "./support/seeded-demo.ts";

let demo: RunningDemo;
let browser: Browser;
let context: BrowserContext;
let shop: string;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await launchBrowser();
  context = await newContext(browser);
  demo = await startSeededDemo();
  shop = (await demo.shops()).find((one) => one.state === "healthy")!.shop;
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
});

async function openPage(width?: number): Promise<Page> {
  const opened = await newPage(context, width);
  // A refused request is logged by the browser itself.
  opened.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      complaints.push(message.text());
  });
  opened.on("pageerror", (error) => complaints.push(error.message));
  return opened;
}

/** The shop's calendar day so many days ago: the healthy demo shop is in New York. */
const daysAgo = (days: number): string =>
  new Date(Date.now() - days * 86_400_000).toLocaleDateString("en-CA", { timeZone: "America/New_York" });
/** "Nov 24" */
const shortOf = (day: string): string =>
  new Date(`${day}T00:00Z`).toLocaleDateString("en-US", { timeZone: "UTC", month: "short", day: "numeric" });

const connectorOf = async (source: string) =>
  (await demo.summary(shop)).connectors.find((one) => one.source === source)!;
const openIncidents = async (source: string) => {
  const answer = await demo.api(shop, "/api/sync-health/incidents?limit=100");
  const { incidents } = (await answer.json()) as {
    incidents: { id: string; source: string; check: string }[];
  };
  return incidents.filter((one) => one.source === source);
};

const open = (path: string, of = page) => openInAdmin(of, demo.adminUrl, shop, path);
const dialog = (frame: Frame) => frame.getByRole("dialog");
const dayField = (frame: Frame, label: "First day" | "Last day") =>
  dialog(frame).getByLabel(label, { exact: true });
const confirm = (frame: Frame) => dialog(frame).getByRole("button", { name: /^Refill/ });
/** The form gets its days. Where they never come, this says what stands there instead. */
async function fillsIn(frame: Frame): Promise<void> {
  await dayField(frame, "First day")
    .waitFor()
    .catch(async () => {
      throw new Error(`The form has no days. It says: ${await dialog(frame).textContent()}`);
    });
}
interface Fiber {
  return: Fiber;
  memoizedProps: { onRequested?: unknown } | null;
  memoizedState: Hook;
}
interface Hook {
  next: Hook;
  memoizedState: unknown;
  queue: { dispatch(state: unknown): void } | null;
}
/**
 * Has the form draw itself again, with a state that is what it was, when Remix has its answer and React has not drawn it
 * yet. On a slow machine the form's own timer does so now and then.
 */
function drawAgainWhenAnswered(): void {
  type Told = { fetchers: Map<string, { data?: unknown }> };
  const { __remixRouter: router } = window as unknown as {
    __remixRouter: { subscribe(hear: (told: Told) => void): void };
  };
  router.subscribe(({ fetchers }) => {
    if (![...fetchers.values()].some(({ data }) => data !== undefined)) return;
    const dialog = document.querySelector("[role=dialog]") as unknown as Record<string, Fiber> | null;
    if (!dialog) return;
    let fiber = dialog[Object.keys(dialog).find((key) => key.startsWith("__reactFiber"))!]!;
    while (!fiber.memoizedProps?.onRequested) fiber = fiber.return;
    let hook = fiber.memoizedState;
    while (!hook.queue || hook.memoizedState !== null) hook = hook.next;
    for (const state of [{}, null]) hook.queue.dispatch(state);
  });
}
const isFocused = (frame: Frame, selector: string) =>
  frame.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);

async function expectGoodToUse(frame: Frame) {
  expect(await findAccessibilityProblems(frame)).toEqual([]);
  expect(
    await frame.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  ).toBe(0);
}

test("five days that lost 40 % of their rows: the gap is clicked, estimated, refilled, and the incident closes", async () => {
  const days = [6, 5, 4, 3, 2].map(daysAgo);
  await demo.scenario({ shop, source: "shopify_orders", kind: "lose_rows", days, share: 0.4 });
  await demo.runChecks(shop);
  await demo.runChecks(shop);
  expect((await openIncidents("shopify_orders")).map(({ check }) => check)).toContain("row_count_drop");

  const { id } = await connectorOf("shopify_orders");
  const frame = await open(`/app/connectors/${id}`);
  await frame.locator(`button[data-day="${days[2]}"]`).click();
  await fillsIn(frame);
  expect(await dayField(frame, "First day").inputValue()).toBe(days[0]);
  expect(await dayField(frame, "Last day").inputValue()).toBe(days[4]);
  expect(await confirm(frame).textContent()).toBe("Refill 5 days");
  await expectGoodToUse(frame);

  await confirm(frame).click();
  const progress = frame.getByText(`Backfill: ${shortOf(days[0]!)} to ${shortOf(days[4]!)}`);
  await progress.waitFor();
  await dialog(frame).waitFor({ state: "detached" });

  const reloaded = await open("/app/backfills");
  await reloaded.getByText(/5 days changed/).waitFor({ timeout: 120_000 });
  await reloaded.locator("summary", { hasText: "Show the days" }).first().click();
  expect(await reloaded.locator("tbody tr").count()).toBe(6);
  await expectGoodToUse(reloaded);

  await demo.runChecks(shop);
  await demo.runChecks(shop);
  expect(await openIncidents("shopify_orders")).toEqual([]);
}, 240_000);

test("the form: presets, limits and problems are told before anything is sent, by keyboard alone", async () => {
  const frame = await open("");
  const opener = frame.getByRole("button", { name: "Run backfill: Klaviyo" });
  await opener.focus();
  await page.keyboard.press("Enter");
  await fillsIn(frame);
  await dialog(frame).getByText("Last 30 days").click();
  expect(await confirm(frame).textContent()).toBe("Refill 30 days");

  await dayField(frame, "Last day").fill(daysAgo(-3));
  await dialog(frame)
    .getByText(/^Choose .* or earlier\.$/)
    .waitFor();
  await confirm(frame).press("Enter");
  expect(await isFocused(frame, "input[id$=endDate]")).toBe(true);
  await expectGoodToUse(frame);

  // Escape closes the calendar first, then the form; the focus is back where it was.
  await dialog(frame).getByRole("button", { name: "Last day: choose from a calendar" }).click();
  await frame.getByRole("dialog", { name: "Last day" }).waitFor();
  await page.keyboard.press("Escape");
  await frame.getByRole("dialog", { name: "Last day" }).waitFor({ state: "detached" });
  await confirm(frame).waitFor();
  await page.keyboard.press("Escape");
  await dialog(frame).waitFor({ state: "detached" });
  expect(await isFocused(frame, "button[aria-label='Run backfill: Klaviyo']")).toBe(true);
});

test("the days are not lost on a form that draws itself again just as they come", async () => {
  const frame = await open("");
  await frame.evaluate(drawAgainWhenAnswered);
  await frame.getByRole("button", { name: "Run backfill: Klaviyo" }).press("Enter");
  await fillsIn(frame);
});

test("a form whose days never come says so and tries again", async () => {
  await page.clock.install();
  const frame = await open("");
  await page.route("**/app/backfill/*", () => undefined);
  await frame.getByRole("button", { name: "Run backfill: Klaviyo" }).click();
  await dialog(frame).getByRole("status", { name: "Loading" }).waitFor();
  await page.clock.fastForward(20_000);
  await dialog(frame).getByText("We could not work out an estimate just now.").waitFor();
  await page.unroute("**/app/backfill/*");
  await dialog(frame).getByRole("button", { name: "Try again" }).click();
  await fillsIn(frame);
});

test("on a phone the form fits, and what is stopped asks first", async () => {
  const phone = await openPage(320);
  const frame = await open("", phone);
  await frame.getByRole("button", { name: "Run backfill: Klaviyo" }).click();
  await fillsIn(frame);
  await expectGoodToUse(frame);
  await confirm(frame).click();
  await frame.getByRole("button", { name: "Cancel backfill: Klaviyo" }).click();
  await frame.getByRole("button", { name: "Keep it running" }).click();
  expect(await isFocused(frame, "button[aria-label='Cancel backfill: Klaviyo']")).toBe(true);
  await frame.getByRole("button", { name: "Cancel backfill: Klaviyo" }).click();
  await frame.getByRole("button", { name: "Stop backfill: Klaviyo" }).click();
  const history = await open("/app/backfills", phone);
  await history.getByText("Rows that were already loaded stay.").waitFor({ timeout: 60_000 });
  await expectGoodToUse(history);
  await phone.close();
});
