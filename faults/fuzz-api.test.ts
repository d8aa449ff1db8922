import http from "node:http";
import fc from "fast-check";
import PQueue from "p-queue";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { type RunningStaffProvider, startStaffProvider } from "#e2e/support/staff-provider.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";
import {
  type ApiDocument,
  bodyChecker,
  type Operation,
  operationsOf,
  resolverOf,
} from "./support/api-document.ts";
import { buildRequest, type RequestPlan, requestsTo } from "./support/api-requests.ts";
import { providers, useStaffProvider } from "./support/credentials.ts";
import { Failures } from "./support/failures.ts";
import { leakFinder } from "./support/find-leaks.ts";
import { fuzzBudget, fuzzSeed } from "./support/fuzz-budget.ts";
import { type FuzzShop, makeFuzzShop } from "./support/fuzz-shops.ts";
import { judgeApiAnswer } from "./support/judge-api-answer.ts";
import { sendRaw } from "./support/send-raw.ts";

/** So many that none runs into its limits for long, which would hide what lies behind them. */
const SHOPS = 60;
const ANSWER_WITHIN_MS = 10_000;
const AT_ONCE = 6;

let database: TestDatabase;
let server: WebServer;
let staff: RunningStaffProvider;
let document: ApiDocument;
let shops: FuzzShop[];
const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });

beforeAll(async () => {
  database = await createTestDatabase();
  const now = new Date();
  shops = [];
  for (let index = 0; index < SHOPS; index += 1) shops.push(await makeFuzzShop(database.owner, now));
  staff = await startStaffProvider();
  useStaffProvider(staff);
  server = await startWebServer(staff.environment);
  document = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as ApiDocument;
});

afterAll(async () => {
  agent.destroy();
  await server?.stop();
  await staff?.stop();
  await database?.drop();
});

const secrets = () => [
  process.env.APP_ENCRYPTION_KEY!,
  process.env.SHOPIFY_API_SECRET!,
  new URL(database.appUrl).password,
];

it("has credentials for every scheme of the document", () => {
  const schemes = operationsOf(document).flatMap(({ scheme }) => scheme ?? []);
  expect(Object.keys(providers)).toEqual(expect.arrayContaining([...new Set(schemes)]));
});

describe("every address of the document", () => {
  it("answers anything as the document says, soon, and gives nothing away", {
    timeout: 1_800_000,
  }, async () => {
    const operations = operationsOf(document);
    const requests = Math.ceil(fuzzBudget("api") / operations.length);
    const checkBody = bodyChecker(document);
    const findLeak = leakFinder(shops, secrets());
    const statuses = new Map<string, number>();
    const failures = new Failures();
    const queue = new PQueue({ concurrency: AT_ONCE });

    const attempt = async (operation: Operation, plan: RequestPlan, which: string) => {
      const request = await buildRequest(plan, operation, shops);
      const sent = `${request.path} ${JSON.stringify(request.headers)} ${request.body ?? ""}`;
      let wrong: string | null;
      let said = "";
      try {
        const answer = await sendRaw(agent, server.url, request, ANSWER_WITHIN_MS);
        said = `${answer.status} ${answer.body.slice(0, 300)}`;
        const group = `${operation.id} ${answer.status}`;
        statuses.set(group, (statuses.get(group) ?? 0) + 1);
        const reader =
          plan.credential !== "good"
            ? null
            : operation.scheme === "staffToken"
              ? "staff"
              : shops[plan.sender]!;
        wrong =
          judgeApiAnswer(operation, plan, request, answer, checkBody) ??
          findLeak(`${answer.body}${JSON.stringify(answer.headers)}`, reader, decoded(sent));
      } catch (error) {
        wrong = String(error);
      }
      if (wrong)
        failures.add(`${operation.id}: ${wrong}`, [
          which,
          `${request.method} ${sent}`,
          said,
          JSON.stringify(plan),
        ]);
    };

    for (const [place, operation] of operations.entries()) {
      const seed = fuzzSeed() + place;
      const plans = fc.sample(requestsTo(operation, SHOPS, resolverOf(document), new Date()), {
        seed,
        numRuns: requests,
      });
      for (const [index, plan] of plans.entries())
        void queue.add(() => attempt(operation, plan, `FUZZ_SEED=${fuzzSeed()} ${operation.id} #${index}`));
      await queue.onIdle();
    }

    expect(failures.toString()).toBe("");
    // It must have got through: each operation has given its good answer, and few were held back by a limit.
    const count = (id: string, matches: (status: string) => boolean) =>
      [...statuses].reduce(
        (sum, [group, n]) => sum + (group.startsWith(`${id} `) && matches(group.split(" ")[1]!) ? n : 0),
        0,
      );
    // What staff change can often be done once only, and some of it needs an Airbyte: being told so is getting through.
    const isThrough = ({ id, scheme }: Operation) =>
      count(id, (status) => (scheme === "staffToken" ? /^(2|409|422|503)/ : /^2/).test(status)) > 0;
    const closed = operations.filter((one) => !isThrough(one)).map(({ id }) => id);
    // A few requests each are not sure to hold a good one.
    expect(requests < 100 ? closed.slice(Math.ceil(operations.length / 8)) : closed).toEqual([]);
    const limited = operations.reduce((sum, { id }) => sum + count(id, (status) => status === "429"), 0);
    expect(limited / (requests * operations.length)).toBeLessThan(0.15);
    console.log(
      `fuzzed ${requests * operations.length} requests, FUZZ_SEED=${fuzzSeed()}: ${summary(statuses)}`,
    );
  });

  it("has left no failed request and no secret in the log", () => {
    const lines = server.lines.join("\n");
    expect(server.lines.filter((line) => /"level":(50|60)/.test(line)).slice(0, 5)).toEqual([]);
    for (const secret of secrets()) expect(lines).not.toContain(secret);
    for (const { key, airbyteToken } of shops)
      for (const secret of [key.bearerKey, key.signingSecret, airbyteToken])
        expect(lines).not.toContain(secret);
  });
});

/** The sender may be told what it sent as it wrote it, and as it meant it. */
const decoded = (sent: string) => {
  try {
    return `${sent} ${decodeURIComponent(sent)}`;
  } catch {
    return sent;
  }
};

const summary = (statuses: Map<string, number>) => {
  const byStatus = new Map<string, number>();
  for (const [group, n] of statuses) {
    const status = group.split(" ")[1]!;
    byStatus.set(status, (byStatus.get(status) ?? 0) + n);
  }
  return [...byStatus]
    .sort()
    .map(([status, n]) => `${status}: ${n}`)
    .join(", ");
};
