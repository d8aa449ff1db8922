import { Logger, runOnce } from "graphile-worker";
import pg from "pg";
import { judgeConnectors } from "#app/modules/checks/judge-connectors.server.ts";
import { runBatch, startTick } from "#app/modules/checks/run-tick.server.ts";
import { sourceKeys, sources } from "#app/modules/connectors/sources.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { describePlan, explainAsApp, recordStatements } from "#e2e/support/query-plans.ts";
import { type BenchDatabase, openDatabase, withPostgres } from "./bench-database.ts";
import { median, printGoal, printTable, secondsOf } from "./figures.ts";
import { CONNECTORS_PER_SHOP, fillShops, syncConnectors } from "./fill-shops.ts";

const ROUNDS = 3;
/** What a tick itself judges; the other checks of a connector are judged when its data was synced anew. */
const tickChecks = ["freshness", "sync_failed"];
const LOOP_SAMPLE = 600;
const TICKS_A_DAY = 96;
/** A day of results is stored before the second half of the rounds, but no more rows than this: the bench has to end. */
const STORED_ROWS = 2_400_000;
/** As many at once as a worker process takes (`jobs/worker.ts`). */
const WORKER_CONCURRENCY = 4;
const silent = new Logger(() => () => undefined);

interface Measured {
  connectors: number;
  storedTicks: number;
  cycle: number;
  growth: number;
  worker: number;
  floor: number;
  cycleToFloor: number;
  loopToCycle: number;
  peakMegabytes: number;
}

/**
 * A full tick at several sizes. "Cycle" is what the worker's tasks do, one batch after the other: `startTick` (cuts the
 * shops into batches and queues a job for each) and `runBatch` for every batch. "Worker" is the same tick worked off
 * the real queue, four jobs at once, over a warehouse without tables. The floor is one SQL statement that reads the same
 * facts and inserts the same results past all policies; the loop is one transaction per connector, on a sample.
 */
export async function run(args: string[]): Promise<void> {
  const sizes = args.length > 0 ? args.map(Number) : [1_200, 12_000, 120_000];
  const measured: Measured[] = [];
  await withPostgres(async (superuserUrl) => {
    for (const connectors of sizes) {
      console.log(`${connectors} connectors …`);
      const database = await openDatabase(superuserUrl, `bench_${connectors}`);
      try {
        measured.push(await measure(database, connectors));
        if (connectors === sizes.at(-1)) await printPlan(database);
      } finally {
        await database.close();
      }
    }
  });
  print(measured);
}

async function measure({ owner, queueUrl }: BenchDatabase, connectors: number): Promise<Measured> {
  let tickAt = new Date();
  await fillShops(owner, Math.ceil(connectors / CONNECTORS_PER_SHOP), tickAt);
  // A quarter of an hour of syncs lies between two ticks, but no quarter of an hour: the worker judges by the real clock.
  let tick = 0;
  const nextTick = async () => {
    tick += 1;
    await syncConnectors(owner, new Date(), tick);
    tickAt = new Date(Math.max(Date.now(), tickAt.getTime() + 1));
    return tickAt;
  };
  // The first tick opens an incident for all that is late: the others only see what changes in a quarter of an hour.
  await workThrough(tickAt);
  const queue = new pg.Pool({ connectionString: queueUrl, max: 8 });
  queue.on("error", () => undefined);
  queue.on("connect", (client) => client.on("error", () => undefined));
  const { taskList } = await import("#jobs/task-list.ts");
  const [cycles, grown, workers, floors] = [[], [], [], []] as [number[], number[], number[], number[]];
  let storedTicks = 0;
  for (const cyclesNow of [cycles, grown]) {
    if (cyclesNow === grown) storedTicks = await storeTicks(owner, connectors);
    for (let round = 0; round < ROUNDS; round += 1) {
      const at = await nextTick();
      // Whoever comes first finds the pages as the syncs left them: they take turns at that too.
      const turns = [
        async () => floors.push(await secondsOf(() => floor(owner, new Date()))),
        async () => cyclesNow.push(await secondsOf(() => workThrough(at))),
      ];
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
      await owner.query("DELETE FROM graphile_worker._private_jobs");
      const queued = await nextTick();
      workers.push(
        await secondsOf(async () => {
          await startTick(queued);
          await runOnce({
            pgPool: queue,
            taskList,
            concurrency: WORKER_CONCURRENCY,
            logger: silent,
            noHandleSignals: true,
          });
        }),
      );
      await assertFinished(owner, queued);
    }
  }
  await queue.end();
  const sample = Math.min(connectors, LOOP_SAMPLE);
  const loop = (await secondsOf(() => loopOver(owner, sample))) * (connectors / sample);
  const cycle = median(cycles);
  return {
    connectors,
    storedTicks,
    cycle,
    growth: median(grown) / cycle,
    worker: median(workers),
    floor: median(floors),
    cycleToFloor: median([...cycles, ...grown].map((seconds, index) => seconds / floors[index]!)),
    loopToCycle: loop / cycle,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
}

async function workThrough(tickAt: Date): Promise<void> {
  const { batches } = await startTick(tickAt);
  for (let batch = 0; batch < batches; batch += 1) {
    const outcome = await runBatch(tickAt, batch, tickAt);
    if (outcome !== "judged") throw new Error(`Batch ${batch} was not judged: ${outcome}.`);
  }
}

async function assertFinished(owner: pg.Client, tickAt: Date): Promise<void> {
  const { rows } = await owner.query("SELECT finished_at FROM runner_ticks WHERE tick_at = $1", [tickAt]);
  if (!rows[0]?.finished_at) throw new Error("The worker left the tick unfinished.");
}

/** The results of the ticks of the day before, written as they lie after it: tick by tick. Answers of how many. */
async function storeTicks(owner: pg.Client, connectors: number): Promise<number> {
  const ticks = Math.min(TICKS_A_DAY, Math.floor(STORED_ROWS / (tickChecks.length * connectors)));
  await owner.query("SET session_replication_role = replica");
  await owner.query(
    `INSERT INTO dq_results (shop_id, connector_id, check_name, evaluated_at, outcome, value, expected_high)
     SELECT shop_id, connector_id, check_name, $1::timestamptz - make_interval(mins => 15 * tick), 'fresh', 5, 120
     FROM generate_series($2::int, 1, -1) AS tick CROSS JOIN dq_checks WHERE check_name = ANY ($3)`,
    [new Date(), ticks, tickChecks],
  );
  await owner.query("RESET session_replication_role");
  await owner.query("VACUUM ANALYZE");
  await owner.query("CHECKPOINT");
  return ticks;
}

/** The least that any cycle has to do: the same facts read, the same rows inserted, one statement, no policies. */
async function floor(owner: pg.Client, at: Date): Promise<void> {
  await owner.query(
    `INSERT INTO dq_results (shop_id, connector_id, check_name, evaluated_at, outcome, severity, value, expected_high)
     SELECT c.shop_id, c.id, k.check_name, $3, CASE WHEN age > limits.warning THEN 'late' ELSE 'fresh' END,
       CASE WHEN age > 4 * limits.warning THEN 'critical' WHEN age > 2 * limits.warning THEN 'high' WHEN age > limits.warning THEN 'warning' END, age, limits.warning
     FROM connectors c JOIN unnest($1::text[], $2::int[]) AS limits (source, warning) ON limits.source = c.source
     JOIN dq_checks k ON k.shop_id = c.shop_id AND k.connector_id = c.id AND k.check_name = ANY ($4)
     CROSS JOIN LATERAL (SELECT floor(extract(epoch FROM $3 - c.last_succeeded_at) / 60)::int AS age) a`,
    [[...sourceKeys], sourceKeys.map((key) => sources[key].warningMinutes), at, tickChecks],
  );
}

async function loopOver(owner: pg.Client, count: number): Promise<void> {
  const { rows } = await owner.query<{ shop_id: string; id: string }>(
    "SELECT shop_id, id FROM connectors LIMIT $1",
    [count],
  );
  for (const { shop_id: shopId, id } of rows) {
    await withShop(shopId, (tx) =>
      judgeConnectors(tx, { shopIds: [shopId], connectorIds: [id], now: new Date() }),
    );
  }
}

/** How PostgreSQL works off one batch: the statements of the last tick's first batch, run again and taken back. */
async function printPlan({ owner }: BenchDatabase): Promise<void> {
  const tickAt = new Date(Math.ceil(Date.now() / 1000) * 1000);
  const { rows } = await owner.query<{ id: string }>("SELECT id FROM shops ORDER BY id LIMIT 50");
  const shopIds = rows.map(({ id }) => id);
  await startTick(tickAt);
  const statements = await recordStatements(() => runBatch(tickAt, 0, tickAt));
  const heart = statements.find(({ text }) => text.includes("INSERT INTO dq_results"));
  if (!heart) throw new Error("The batch's statement was not seen.");
  const plan = await explainAsApp(heart, { url: process.env.DATABASE_URL!, shopIds, isAnalyzed: true });
  console.log("\nThe statement that judges a batch of 50 shops, as EXPLAIN (ANALYZE, BUFFERS) sees it:");
  for (const line of describePlan(plan)) console.log(`  ${line}`);
  console.log("");
}

function print(measured: readonly Measured[]): void {
  printTable(
    [
      "connectors",
      "cycle s",
      "µs/connector",
      "after stored ticks",
      "worker s",
      "floor s",
      "cycle/floor",
      "loop/cycle",
      "peak MB",
    ],
    measured.map((one) => [
      String(one.connectors),
      one.cycle.toFixed(3),
      ((one.cycle / one.connectors) * 1e6).toFixed(0),
      `×${one.growth.toFixed(2)} (${one.storedTicks})`,
      one.worker.toFixed(3),
      one.floor.toFixed(3),
      one.cycleToFloor.toFixed(2),
      one.loopToCycle.toFixed(0),
      one.peakMegabytes.toFixed(0),
    ]),
  );
  console.log(
    `Medians of ${ROUNDS} to ${2 * ROUNDS} rounds; cycle and floor take turns, so that a busy machine slows both. Seconds compare between machines no better than the machines do; ratios do.`,
  );
  const [first, last] = [measured[0]!, measured.at(-1)!];
  const costOf = ({ cycle, connectors }: Measured) => cycle / connectors;
  if (first !== last)
    printGoal(
      `cost per connector at ${last.connectors} ÷ at ${first.connectors}`,
      costOf(last) / costOf(first),
      1.3,
    );
  printGoal("cycle ÷ floor (aim 3)", Math.max(...measured.map((one) => one.cycleToFloor)), 5);
  printGoal("cycle after stored ticks ÷ before", Math.max(...measured.map((one) => one.growth)), 1.5);
  printGoal("peak memory in MB", last.peakMegabytes, 400, 0);
}
