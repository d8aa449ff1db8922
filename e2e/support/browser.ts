import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContext, chromium, type Frame, type Page } from "playwright-core";
import { findProgram } from "./find-program.ts";

const programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Shopify's library answers 410 to browsers that say they are headless. */
export const userAgent =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

/** @throws Error that says what to install when no Chromium is found */
export function launchBrowser(): Promise<Browser> {
  const executablePath = findProgram("CHROMIUM_PATH", programs, [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    chromium.executablePath(),
  ]);
  if (!executablePath) {
    throw new Error(
      "The browser journeys need Chromium. Install it (Debian: sudo apt-get install -y chromium) or set CHROMIUM_PATH to one.",
    );
  }
  return chromium.launch({ executablePath, args: flags });
}

/**
 * Pages of one context share what they have loaded: a new context for each would read and compile all of the app's code
 * again. Scripts may be put into them in spite of the policy that they come with.
 */
export const newContext = (browser: Browser): Promise<BrowserContext> =>
  browser.newContext({ viewport: { width: 1280, height: 900 }, userAgent, locale: "en-US", bypassCSP: true });

/** A page of so many pixels' width. */
export async function newPage(context: BrowserContext, width = 1280): Promise<Page> {
  const page = await context.newPage();
  if (width !== 1280) await page.setViewportSize({ width, height: 900 });
  return page;
}

/**
 * Opens a page of the app inside the admin, as a merchant does; answers the app's frame when React listens to it: what is
 * clicked or typed before is not heard.
 */
export async function openInAdmin(page: Page, adminUrl: string, shop: string, path = ""): Promise<Frame> {
  await page.goto(`${adminUrl}/store/${shop.replace(".myshopify.com", "")}${path}`);
  const frame = await (await page.waitForSelector("iframe")).contentFrame();
  if (!frame) throw new Error("The admin shows no app frame.");
  await frame.waitForSelector("h1");
  await frame.waitForFunction(() =>
    Object.keys(document.querySelector("h1") ?? {}).some((key) => key.startsWith("__reactProps")),
  );
  return frame;
}

/** What is wrong with a frame's page as wide as a desk's screen and as narrow as a phone's; in the end it is as it was. */
export async function findProblemsAtBothWidths(page: Page, frame: Frame): Promise<string[]> {
  const problems: string[] = [];
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await frame.waitForFunction((isNarrow) => window.innerWidth <= 320 === isNarrow, width === 320);
    const found = await findAccessibilityProblems(frame);
    const beyond = await frame.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (beyond > 0) found.push(`scrolls sideways by ${beyond} px`);
    problems.push(...found.map((problem) => `at ${width} px: ${problem}`));
  }
  return problems;
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong on a frame, one line each. The page has to be opened with `bypassCSP`. */
export async function findAccessibilityProblems(frame: Frame): Promise<string[]> {
  if (!(await frame.evaluate(() => "axe" in window))) await frame.evaluate(axe);
  return frame.evaluate(async () => {
    // What is still fading in has no colour to judge yet. Spinners never end.
    await Promise.allSettled(
      document
        .getAnimations()
        .filter((animation) => animation.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY)
        .map((animation) => animation.finished),
    );
    const { violations } = await (
      window as unknown as {
        axe: {
          run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
        };
      }
    ).axe.run({ resultTypes: ["violations"] });
    return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`);
  });
}
