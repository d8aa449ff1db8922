import { runBatch, startTick } from "#app/modules/checks/run-tick.server.ts";
import { listShops } from "#app/modules/health/list-shops.server.ts";
import { openDatabase, withPostgres } from "./bench-database.ts";
import { percentile, printGoal, printTable } from "./figures.ts";
import { domainOf, fillShops } from "./fill-shops.ts";

const SHOPS = 10_000;
const ROUNDS = 200;
const GOAL_MS = 100;

/**
 * Staff's list of shops as its page loads it, over 10,000 shops with 12 connectors each after a tick of the runner: the
 * first page, a page in the middle, and searches for one shop, for many and for none.
 */
export async function run(args: string[]): Promise<void> {
  const shops = Number(args[0] ?? SHOPS);
  await withPostgres(async (superuserUrl) => {
    const database = await openDatabase(superuserUrl, "bench_staff");
    try {
      const now = new Date();
      console.log(`${shops} shops …`);
      await fillShops(database.owner, shops, now);
      const { batches } = await startTick(now);
      for (let batch = 0; batch < batches; batch += 1) await runBatch(now, batch, now);
      await database.owner.query("VACUUM ANALYZE");
      await measure(shops, await cursorInTheMiddle(shops, now), now);
    } finally {
      await database.close();
    }
  });
}

async function cursorInTheMiddle(shops: number, now: Date): Promise<string> {
  let cursor: string | undefined;
  for (let at = 0; at < shops / 2; at += 100)
    cursor =
      (await listShops({ search: "", limit: 100, ...(cursor ? { cursor } : {}) }, now)).nextCursor ?? cursor;
  return cursor!;
}

async function measure(shops: number, cursor: string, now: Date): Promise<void> {
  const asked: [string, (round: number) => Parameters<typeof listShops>[0]][] = [
    ["first page", () => ({ search: "", limit: 50 })],
    ["page in the middle", () => ({ search: "", limit: 50, cursor })],
    ["search for one", (round) => ({ search: domainOf(1 + ((round * 37) % shops)), limit: 50 })],
    ["search for many", (round) => ({ search: String(round % 10), limit: 50 })],
    ["search for none", (round) => ({ search: `nothing-${round}`, limit: 50 })],
  ];
  const times = new Map(asked.map(([name]) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [name, query] of asked) {
      const startedAt = performance.now();
      await listShops(query(round), now);
      // The first opens a connection and compiles plans.
      if (round > 0) times.get(name)!.push(performance.now() - startedAt);
    }
  printTable(
    ["staff's list", "p50 ms", "p95 ms", "max ms"],
    [...times].map(([name, ms]) => [
      name,
      ...[percentile(ms, 50), percentile(ms, 95), Math.max(...ms)].map((one) => one.toFixed(1)),
    ]),
  );
  printGoal("worst p95 in ms", Math.max(...[...times.values()].map((ms) => percentile(ms, 95))), GOAL_MS, 1);
}
