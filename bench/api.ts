import { Agent, request } from "node:http";
import { pathToFileURL } from "node:url";
import { runOnePass } from "#app/modules/checks/run-tick.server.ts";
import { openDatabase, withPostgres } from "./bench-database.ts";
import { startBuiltServer, tokenFor } from "./built-server.ts";
import { median, percentile, printGoal, printTable } from "./figures.ts";
import { domainOf, fillRuns, fillShops, makeSomeLate } from "./fill-shops.ts";

const SHOPS = 4;
const DAYS = 90;
const EVERY_MINUTES = 15;
const ROUNDS = 7;
/** Per route and round. All rounds together stay below the limit of 1,200 reads a minute and shop. */
const REQUESTS = 80;
const bare = "/bench/bare";
const measuredRoutes = ["/api/sync-health/summary", "/api/sync-health/connector/{id}"] as const;

/**
 * The merchant API over HTTP against the built server: the summary and a connector beside a bare route that
 * authenticates and does one trivial statement bound to the shop. Requests take turns, one at a time, so that a busy
 * machine slows all alike; shops have 12 connectors and 90 days of syncs every 15 minutes.
 */
export async function run(): Promise<void> {
  await withPostgres(async (superuserUrl) => {
    const database = await openDatabase(superuserUrl, "bench_api");
    const now = new Date();
    await fillShops(database.owner, SHOPS, now);
    await makeSomeLate(database.owner, now);
    await fillRuns(database.owner, { asOf: now, days: DAYS, everyMinutes: EVERY_MINUTES });
    await runOnePass(now);
    const connectors = await database.owner.query<{ domain: string; id: string }>(
      "SELECT s.domain, c.id FROM connectors c JOIN shops s ON s.id = c.shop_id WHERE c.source = 'shopify_orders'",
    );
    const server = await startBuiltServer({
      NODE_OPTIONS: `--import ${pathToFileURL(`${import.meta.dirname}/mount-bare-route.ts`)}`,
    });
    try {
      const pathOf = (route: string, shop: string) =>
        route.replace("{id}", connectors.rows.find(({ domain }) => domain === shop)?.id ?? "");
      await measure(server.url, pathOf);
    } finally {
      await server.stop();
      await database.close();
    }
  });
}

async function measure(url: string, pathOf: (route: string, shop: string) => string): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const shops = Array.from({ length: SHOPS }, (_, index) => domainOf(index + 1));
  const routes = [bare, ...measuredRoutes];
  const rounds = Array.from({ length: ROUNDS + 1 }, () => new Map<string, number[]>());
  for (const round of rounds) {
    // A session token lives for a minute.
    const tokens = new Map<string, string>();
    for (const shop of shops) tokens.set(shop, await tokenFor(shop));
    for (const route of routes) round.set(route, []);
    for (let index = 0; index < REQUESTS; index += 1) {
      const shop = shops[index % SHOPS]!;
      for (const route of routes)
        round.get(route)!.push(await milliseconds(agent, `${url}${pathOf(route, shop)}`, tokens.get(shop)!));
    }
  }
  agent.destroy();
  // The first round warms up: code is compiled, connections are opened.
  const counted = rounds.slice(1);
  const ratioOf = (route: string, percent: number) =>
    median(
      counted.map((round) => percentile(round.get(route)!, percent) / percentile(round.get(bare)!, percent)),
    );
  printTable(
    ["route", "p50 ms", "p95 ms", "p99 ms", "p50 ratio", "p95 ratio", "p95 ratio by round"],
    routes.map((route) => {
      const all = counted.flatMap((round) => round.get(route)!);
      const byRound = counted.map(
        (round) => percentile(round.get(route)!, 95) / percentile(round.get(bare)!, 95),
      );
      return [
        route,
        ...[50, 95, 99].map((percent) => percentile(all, percent).toFixed(1)),
        ratioOf(route, 50).toFixed(2),
        ratioOf(route, 95).toFixed(2),
        byRound.map((ratio) => ratio.toFixed(1)).join(" "),
      ];
    }),
  );
  console.log(
    `${ROUNDS} rounds of ${REQUESTS} requests per route, one at a time; ratios are medians of the rounds.`,
  );
  printGoal("p95 of the summary ÷ p95 of a bare route", ratioOf(measuredRoutes[0], 95), 2.5);
}

/** From sending to the last byte, compressed as a browser asks for it. @throws Error when it is not answered with 200 */
function milliseconds(agent: Agent, url: string, token: string): Promise<number> {
  const startedAt = performance.now();
  return new Promise((done, fail) => {
    const sent = request(
      url,
      { agent, headers: { authorization: `Bearer ${token}`, "accept-encoding": "gzip, deflate, br" } },
      (response) => {
        response.resume();
        response.once("end", () => {
          if (response.statusCode === 200) done(performance.now() - startedAt);
          else fail(new Error(`${url} answered ${response.statusCode}.`));
        });
      },
    );
    sent.once("error", fail);
    sent.end();
  });
}
