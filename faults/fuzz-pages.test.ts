import http from "node:http";
import type { ServerBuild } from "@remix-run/node";
import fc from "fast-check";
import PQueue from "p-queue";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { type RunningStaffProvider, startStaffProvider } from "#e2e/support/staff-provider.ts";
import { createVisitor, signInAs } from "#e2e/support/staff-visitor.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";
import { Failures } from "./support/failures.ts";
import { leakFinder } from "./support/find-leaks.ts";
import { fuzzBudget, fuzzSeed } from "./support/fuzz-budget.ts";
import { type FuzzShop, makeFuzzShop } from "./support/fuzz-shops.ts";
import { buildPageRequest, type PagePlan, type PageRoute, requestsToPage } from "./support/page-requests.ts";
import { sendRaw } from "./support/send-raw.ts";

const SHOPS = 20;
const ANSWER_WITHIN_MS = 10_000;
const AT_ONCE = 6;

let database: TestDatabase;
let server: WebServer;
let staff: RunningStaffProvider;
let staffCookie: string;
let routes: PageRoute[];
let shops: FuzzShop[];
const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });

beforeAll(async () => {
  database = await createTestDatabase();
  const now = new Date();
  shops = [];
  for (let index = 0; index < SHOPS; index += 1) shops.push(await makeFuzzShop(database.owner, now));
  const bundle = new URL("../build/server/index.js", import.meta.url);
  const build: ServerBuild = await import(/* @vite-ignore */ bundle.href).catch((error: unknown) => {
    throw new Error(`These tests need the build: npm run build. ${error}`);
  });
  routes = pageRoutes(build);
  staff = await startStaffProvider();
  server = await startWebServer(staff.environment);
  const visitor = createVisitor("http://localhost:3000", server.url);
  await signInAs(visitor, "ada");
  staffCookie = [...visitor.cookies.get("http://localhost:3000")!]
    .map(([name, value]) => `${name}=${value}`)
    .join("; ");
});

afterAll(async () => {
  agent.destroy();
  await server?.stop();
  await staff?.stop();
  await database?.drop();
});

/** Every address of the build that is not of the API, which has a document of its own. */
function pageRoutes(build: ServerBuild): PageRoute[] {
  const pathOf = (id: string): string => {
    const { parentId, path } = build.routes[id]!;
    return [parentId ? pathOf(parentId) : "", path].filter(Boolean).join("/");
  };
  return Object.keys(build.routes)
    .filter((id) => id !== "root")
    .map((id) => ({ id, path: `/${pathOf(id)}` }))
    .filter(({ path }) => !path.startsWith("/api/"));
}

it("answers anything at any page and webhook, soon, without failing, and gives nothing away", {
  timeout: 1_800_000,
}, async () => {
  const secrets = [process.env.APP_ENCRYPTION_KEY!, new URL(database.appUrl).password];
  const findLeak = leakFinder(shops, secrets);
  const failures = new Failures();
  const statuses = new Map<string, number>();
  const queue = new PQueue({ concurrency: AT_ONCE });
  const requests = Math.ceil(fuzzBudget("pages") / routes.length);

  const attempt = async (route: PageRoute, plan: PagePlan, which: string) => {
    const request = await buildPageRequest(route, plan, shops, staffCookie);
    const sent = `${request.path} ${JSON.stringify(request.headers)} ${request.body ?? ""}`;
    let wrong: string | null;
    let said = "";
    try {
      const answer = await sendRaw(agent, server.url, request, ANSWER_WITHIN_MS);
      said = `${answer.status} ${answer.body.slice(0, 300)}`;
      statuses.set(`${route.id} ${answer.status}`, (statuses.get(`${route.id} ${answer.status}`) ?? 0) + 1);
      const reader = !request.isSignedIn
        ? null
        : route.path.startsWith("/staff")
          ? "staff"
          : shops[plan.sender]!;
      wrong =
        judgePageAnswer(answer) ?? findLeak(`${answer.body}${JSON.stringify(answer.headers)}`, reader, sent);
    } catch (error) {
      wrong = String(error);
    }
    if (wrong)
      failures.add(`${route.id}: ${wrong}`, [which, `${request.method} ${sent}`, said, JSON.stringify(plan)]);
  };

  for (const [place, route] of routes.entries()) {
    const plans = fc.sample(requestsToPage(SHOPS), { seed: fuzzSeed() + place, numRuns: requests });
    for (const [index, plan] of plans.entries())
      void queue.add(() => attempt(route, plan, `FUZZ_SEED=${fuzzSeed()} ${route.id} #${index}`));
    await queue.onIdle();
  }
  expect(failures.toString()).toBe("");
  // Pages were really drawn, and webhooks really taken.
  const closed = routes
    .map(({ id }) => id)
    .filter((id) => /^routes\/(app|webhooks|auth\.login|healthz|staff)/.test(id) && !id.includes("$"))
    // One person of the staff's asks for all of it, and runs into the limit of one.
    .filter((id) => ![...statuses.keys()].some((group) => /^ (2|429$)/.test(group.replace(id, ""))));
  // A few requests each are not sure to hold a good one; signing in and out leads elsewhere.
  const leading = closed.filter((id) => /sign-|callback/.test(id)).length;
  expect([closed.length - leading <= (requests < 100 ? 3 : 0), closed]).toEqual([true, closed]);
  expect(server.lines.filter((line) => /"level":(50|60)/.test(line)).slice(0, 5)).toEqual([]);
  console.log(`fuzzed ${requests * routes.length} requests to pages and webhooks, FUZZ_SEED=${fuzzSeed()}`);
});

function judgePageAnswer({
  status,
  headers,
}: {
  status: number;
  headers: http.IncomingHttpHeaders;
}): string | null {
  if (status >= 500) return `status ${status}`;
  if (status === 405 && !headers.allow) return "405 without Allow";
  if (headers["x-content-type-options"] !== "nosniff") return "no nosniff";
  if (
    headers["content-type"]?.startsWith("text/html") &&
    !headers["content-security-policy"]?.includes("frame-ancestors")
  )
    return "a document without frame-ancestors";
  const location = headers.location;
  if (location && !isOurs(location)) return `leads to ${location}`;
  return null;
}

/** Where a merchant may be sent: about our own pages, and to Shopify. */
function isOurs(location: string): boolean {
  const { protocol, hostname } = new URL(location, "http://localhost:3000");
  return (
    hostname === "localhost" || (protocol === "https:" && /(^|\.)(shopify|myshopify)\.com$/.test(hostname))
  );
}
