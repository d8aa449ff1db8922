import type { Browser, BrowserContext, Frame, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type {} from "#app/ui/app-bridge.ts";
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
let page: Page;
let frame: Frame;
let complaints: string[];

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
beforeEach(async () => {
  complaints = [];
  ({ page, frame } = await openSettings());
});
afterEach(async () => {
  expect(complaints).toEqual([]);
  await page.close();
});

async function openSettings({ width, state = "healthy" }: { width?: number; state?: string } = {}) {
  const shop = (await demo.shops()).find((one) => one.state === state)!.shop;
  const opened = await newPage(context, width);
  // A refused save is logged by the browser itself.
  opened.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      complaints.push(message.text());
  });
  opened.on("pageerror", (error) => complaints.push(error.message));
  return { page: opened, frame: await openInAdmin(opened, demo.adminUrl, shop, "/app/settings") };
}

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
/** A day as it is typed into a date field of en-US. */
const asTyped = (day: string) => day.slice(5, 7) + day.slice(8) + day.slice(0, 4);

const saveBar = (of = page) => of.locator("#save-bar");
const press = (button: "save" | "discard", of = page) => of.click(`[data-save-bar=${button}]`);
const savedIn = async (of = page) => {
  await of.waitForSelector("#toast.shown:has-text('Settings saved')");
  await saveBar(of).waitFor({ state: "hidden" });
};
/** The id of what has the focus, without the entry's own. */
const focused = () =>
  frame.evaluate(() => document.activeElement?.id.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, "*"));
const entry = (note: string, of = frame) => of.locator("li", { hasText: note });

const backLink = () => frame.getByRole("link", { name: "Sync Health" });

/** Adds an entry of one day, unsaved. */
async function addDay(note: string, { day = inDays(3), of = frame } = {}) {
  await of.click("text=Add days");
  await of.locator("input[id^=start]:not([id$=calendar])").fill(day);
  await of.locator("input[id^=end]:not([id$=calendar])").fill(day);
  await of.locator("input[id^=note]").fill(note);
}

async function expectGoodToUse(of = frame) {
  expect(await findAccessibilityProblems(of)).toEqual([]);
  expect(
    await of.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
  ).toBeLessThanOrEqual(0);
}

test("with the keyboard alone an entry is added, saved, and there after a reload", async () => {
  expect(await saveBar().isVisible()).toBe(false);
  await frame.locator("#add-expected-days").focus();
  await page.keyboard.press("Enter");
  await expect.poll(focused).toBe("kind-*");
  expect(await saveBar().isVisible()).toBe(true);
  await page.keyboard.press("h");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type(asTyped(inDays(10)));
  await page.keyboard.press("Tab");
  expect(await focused()).toBe("start-*-calendar");

  // The last day was filled in with the first; the calendar moves it on by one.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  expect(await focused()).toBe("end-*-calendar");
  await page.keyboard.press("Enter");
  await frame.waitForSelector("[role=dialog]");
  await frame.locator("[role=dialog] [aria-pressed=true]").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect.poll(focused).toBe("end-*-calendar");

  await page.keyboard.press("Tab");
  await page.keyboard.type("Founders");
  await page.keyboard.press("Enter");
  await savedIn();
  await page.close();
  ({ page, frame } = await openSettings());
  expect(await entry("Founders").textContent()).toContain("Holiday · All sources");
  await entry("Founders").getByRole("button", { name: "Edit" }).press("Enter");
  await frame.waitForSelector("input[type=date]");
  const days = await frame
    .locator("input[type=date]")
    .evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value));
  expect(days).toEqual([inDays(10), inDays(11)]);
});

test("errors come after saving, at their fields, the first one focused, and go when corrected", async () => {
  await frame.click("text=Add days");
  await frame.locator("input[id^=note]").fill("Late spring");
  expect(await frame.locator("[aria-invalid=true]").count()).toBe(0);
  await press("save");
  await expect.poll(focused).toBe("start-*");
  // Out of the admin's save bar, into the app.
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("app");
  expect(await frame.locator("[aria-invalid=true]").count()).toBe(2);
  await expectGoodToUse();
  await frame.locator("input[id^=start]").fill(inDays(20));
  await frame.locator("input[id^=end]").fill(inDays(19));
  await press("save");
  await expect.poll(focused).toBe("end-*");
  expect(await frame.locator("text=Enter a day that is not before the first day").count()).toBe(1);
  await frame.locator("input[id^=end]").fill(inDays(21));
  await press("save");
  await savedIn();
  expect(await entry("Late spring").count()).toBe(1);
});

test("discarding brings back what is stored", async () => {
  const choice = frame.getByLabel("A backfill has finished");
  await choice.uncheck();
  await addDay("Never mind");
  await press("discard");
  await saveBar().waitFor({ state: "hidden" });
  expect([await choice.isChecked(), await entry("Never mind").count()]).toEqual([true, 0]);
});

test("nobody leaves with unsaved changes, by the app's links or the admin's", async () => {
  await frame.getByLabel("A problem is solved").uncheck();
  await backLink().click();
  await page.waitForSelector("#save-bar.shaking");
  await page.evaluate(() => document.querySelector("#save-bar")?.classList.remove("shaking"));
  await page.click("nav a:has-text('Sync Health')");
  await page.waitForSelector("#save-bar.shaking");
  expect(new URL(frame.url()).pathname).toBe("/app/settings");
  expect(await frame.getByLabel("A problem is solved").isChecked()).toBe(false);

  // Shopify's own may also never answer while the merchant stays, and answers when they choose to leave.
  await answerLeaveConfirmation("never");
  await backLink().click();
  await page.waitForTimeout(200);
  expect(new URL(frame.url()).pathname).toBe("/app/settings");
  await answerLeaveConfirmation("leave");
  await backLink().click();
  await frame.waitForURL(/\/app(\?|$)/);
  await saveBar().waitFor({ state: "hidden" });
});

const answerLeaveConfirmation = (answer: "leave" | "never") =>
  frame.evaluate((given) => {
    window.shopify!.saveBar.leaveConfirmation = () =>
      given === "leave" ? Promise.resolve() : new Promise(() => undefined);
  }, answer);

test("what another tab saved meanwhile is shown with what was typed, and neither is lost", async () => {
  const other = await openSettings();
  await addDay("Mine", { day: inDays(30) });
  await addDay("Theirs", { day: inDays(31), of: other.frame });
  await press("save", other.page);
  await savedIn(other.page);

  await press("save");
  await frame.waitForSelector("text=These settings changed while you were editing");
  expect(await frame.locator("input[id^=note]").inputValue()).toBe("Mine");
  expect(await entry("Theirs").count()).toBe(1);
  await expectGoodToUse();
  await press("save");
  await savedIn();
  expect([await entry("Mine").count(), await entry("Theirs").count()]).toEqual([1, 1]);
  await other.page.close();
});

test("a save that cannot get through keeps everything typed and says so in the page", async () => {
  await addDay("Offline", { day: inDays(40) });
  await page.route("**/app/settings?_data=*", (route) => route.abort());
  await press("save");
  await frame.waitForSelector("text=Your changes were not saved");
  expect(await frame.locator("input[id^=note]").inputValue()).toBe("Offline");
  await page.unroute("**/app/settings?_data=*");
  await page.route("**/app/settings?_data=*", (route) => route.fulfill({ status: 503, body: "" }));
  // The words of the first time are still there: the answer itself says that the second has failed too.
  const answer = page.waitForResponse((response) => response.status() === 503);
  await press("save");
  await (await answer).finished();
  await page.waitForSelector("[data-save-bar=save]:enabled");
  await frame.waitForSelector("text=Your changes were not saved");
  await page.unroute("**/app/settings?_data=*");
  await press("save");
  await savedIn();
  expect(await entry("Offline").count()).toBe(1);
});

test.each([
  [1280, "new"],
  [320, "healthy"],
])("at %i px, shop %s: good to use closed, open and with its calendar", async (width, state) => {
  await page.close();
  ({ page, frame } = await openSettings({ width, state }));
  await expectGoodToUse();
  await frame.click("text=Add days");
  await expectGoodToUse();
  await frame.click("[aria-label='First day: choose from a calendar']");
  await frame.waitForSelector("[role=dialog]");
  await expectGoodToUse();
  await page.keyboard.press("Escape");
  await expect.poll(focused).toBe("start-*-calendar");
  expect(await frame.evaluate(() => document.cookie + Object.keys(localStorage).join())).toBe("");
});
