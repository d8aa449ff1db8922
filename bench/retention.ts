import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { getConnectorDetail } from "#app/modules/connectors/get-connector.server.ts";
import { getSummary } from "#app/modules/health/get-summary.server.ts";
import { monthsBefore } from "#app/modules/retention/cutoff.ts";
import type { Shop } from "#app/modules/shops/shop.ts";
import { createDb, useDb } from "#app/platform/db.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { openDatabase, withPostgres } from "./bench-database.ts";
import { median, percentile, printGoal, printTable, secondsOf } from "./figures.ts";
import { fillShops } from "./fill-shops.ts";

const SHOPS = 500;
const KEPT_MONTHS = 13;
const STORED_MONTHS = 14;
/** A five-hundredth of the ticks that a month has, so that the bench ends. */
const TICKS_A_MONTH = 6;
/** Of each connector: what is past its time, and as much that is not. */
const RUNS = 60;
const DAYS = 45;
const READERS = 2;
const QUIET_MS = 10_000;
const ROUNDS = 5;

/** What ages in batches here, and by what. */
const aged = { sync_runs: "coalesce(ended_at, started_at, queued_at, created_at)", daily_profiles: "day" };
/** The default of DQ_CLEANUP_BATCH_SIZE. */
const BATCH_SIZE = 1000;

interface Deleted {
  rows: number;
  seconds: number;
  batches: number;
  /** Of the seconds. */
  restedSeconds: number;
}
type Way = "raw" | "floor" | "atOnce" | "alone";

interface Drop {
  rows: number;
  milliseconds: number;
}

interface Pass {
  rows: Record<string, number>;
  batches: number;
  restedSeconds: number;
  partitionsDropped: string[];
  failures: string[];
  seconds: number;
}

/**
 * Fourteen months of 500 shops. What is past its time goes by one raw DELETE a table, by bare batches, by one call of
 * `delete_aged` a table, and by `npm run jobs:retention`: by turns, each time from a new copy of one database, read once
 * before. Then by the pass once more, while two merchants' pages are loaded one after another. The pass is a process of
 * its own, as in life, with the usual settings.
 */
export async function run(): Promise<void> {
  await withPostgres(async (superuserUrl) => {
    const now = new Date();
    const cutoff = monthsBefore(now, KEPT_MONTHS);
    console.log(`${SHOPS} shops with ${STORED_MONTHS} months of results …`);
    const filled = await openDatabase(superuserUrl, "bench_retention");
    await fill(filled.owner, now, cutoff);
    await filled.close();
    const admin = new pg.Client({ connectionString: superuserUrl });
    await admin.connect();
    const ways = {
      raw: (url: string) => deleteRaw(url, cutoff),
      floor: (url: string) => deleteInBatches(url, cutoff),
      atOnce: (url: string) => deleteAtOnce(url, cutoff),
      alone: async () => asDeleted(await pass("bench_copy")),
    };
    const rounds: Record<Way, Deleted>[] = [];
    const url = named(superuserUrl, "bench_copy");
    for (let round = 0; round < ROUNDS; round += 1) {
      const done: Partial<Record<Way, Deleted>> = {};
      for (const way of Object.keys(ways) as Way[]) {
        await admin.query("DROP DATABASE IF EXISTS bench_copy");
        // A checkpoint is part of it, so that nobody writes what the one before has left.
        await admin.query("CREATE DATABASE bench_copy TEMPLATE bench_retention STRATEGY file_copy");
        await readOnce(url);
        done[way] = await ways[way](url);
      }
      rounds.push(done as Record<Way, Deleted>);
    }
    const drops = await dropMonths(url);
    await admin.query("DROP DATABASE bench_copy");
    await admin.end();
    const client = createDb(process.env.DATABASE_URL!);
    useDb(client);
    try {
      print({ rounds, drops, ...(await passBesideReaders(superuserUrl, now)) });
    } finally {
      await client.$disconnect();
    }
  });
}

async function fill(owner: pg.Client, now: Date, cutoff: Date): Promise<void> {
  await fillShops(owner, SHOPS, now);
  await owner.query("SET session_replication_role = replica");
  await owner.query("SELECT ensure_result_partitions($1, 3)", [STORED_MONTHS]);
  await owner.query(
    `INSERT INTO dq_results (shop_id, connector_id, check_name, evaluated_at, outcome, value, expected_high)
     SELECT shop_id, connector_id, check_name, at, 'fresh', 5, 120
     FROM generate_series(date_trunc('month', $1::timestamptz, 'UTC') - make_interval(months => $2::int), $1::timestamptz, make_interval(hours => 730 / $3::int)) AS at
     CROSS JOIN dq_checks WHERE check_name IN ('freshness', 'sync_failed')`,
    [now, STORED_MONTHS, TICKS_A_MONTH],
  );
  await owner.query(
    `INSERT INTO sync_runs (shop_id, connector_id, external_run_id, status, started_at, ended_at, rows_synced, created_at, updated_at)
     SELECT shop_id, id, n::text, 'succeeded', at, at, 1200, at, at FROM generate_series(-$2::int, $2::int - 1) n
     CROSS JOIN LATERAL (SELECT $1::timestamptz + (n + 0.5) * interval '20 minutes' AS at) AS started CROSS JOIN connectors`,
    [cutoff, RUNS],
  );
  await owner.query(
    `INSERT INTO daily_profiles (shop_id, connector_id, day, row_count, profiled_at)
     SELECT shop_id, id, $1::date + n, 1200, now() FROM generate_series(-$2::int, $2::int - 1) n CROSS JOIN connectors`,
    [cutoff, DAYS],
  );
  await owner.query("RESET session_replication_role");
  await owner.query("VACUUM ANALYZE");
  await owner.query("CHECKPOINT");
}

const named = (url: string, database: string) =>
  Object.assign(new URL(url), { pathname: `/${database}` }).href;

/** Whoever comes first would else pay for reading the copy from disk. */
async function readOnce(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const table of Object.keys(aged)) await client.query(`SELECT count(*) FROM ${table}`);
  await client.end();
}

async function deleteRaw(url: string, cutoff: Date): Promise<Deleted> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const done = { rows: 0, seconds: 0, batches: 0, restedSeconds: 0 };
  done.seconds = await secondsOf(async () => {
    for (const [table, age] of Object.entries(aged)) {
      done.rows += (await client.query(`DELETE FROM ${table} WHERE ${age} < $1`, [cutoff])).rowCount ?? 0;
      done.batches += 1;
    }
  });
  await client.end();
  return done;
}

/** All of a table in one batch: what the conditions cost that a row has to meet. */
async function deleteAtOnce(url: string, cutoff: Date): Promise<Deleted> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const done = { rows: 0, seconds: 0, batches: 0, restedSeconds: 0 };
  done.seconds = await secondsOf(async () => {
    for (const table of Object.keys(aged)) {
      const { rows } = await client.query("SELECT gone FROM delete_aged($1, '-infinity', $2, $3, NULL)", [
        table,
        cutoff,
        100_000_000,
      ]);
      done.rows += rows[0].gone;
      done.batches += 1;
    }
  });
  await client.end();
  return done;
}

/** A month later every month but the youngest would go: all but one are dropped, for more figures than one. */
async function dropMonths(url: string): Promise<Drop[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const drops = [];
  const older = "SELECT count(*) FROM dq_results WHERE evaluated_at < $1";
  const until = new Date(Date.now() - 30 * 24 * 3_600_000);
  for (;;) {
    const before = Number((await client.query(older, [until])).rows[0].count);
    let name: string | null = null;
    const seconds = await secondsOf(async () => {
      name = (await client.query("SELECT drop_result_partition($1) AS name", [until])).rows[0].name;
    });
    if (!name) break;
    const after = Number((await client.query(older, [until])).rows[0].count);
    if (before > after) drops.push({ rows: before - after, milliseconds: seconds * 1000 });
  }
  await client.end();
  return drops;
}

/** The least that any batch has to do: find, lock and delete the oldest thousand, and commit. Nothing else is asked. */
async function deleteInBatches(url: string, cutoff: Date): Promise<Deleted> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("SET synchronous_commit = off");
  const done = { rows: 0, seconds: 0, batches: 0, restedSeconds: 0 };
  done.seconds = await secondsOf(async () => {
    for (const [table, age] of Object.entries(aged)) {
      let since = "-infinity";
      for (let gone = BATCH_SIZE; gone === BATCH_SIZE; done.rows += gone, done.batches += 1) {
        const { rows } = await client.query(
          `WITH old AS MATERIALIZED (SELECT ctid, ${age} AS age FROM ${table} WHERE ${age} >= $1 AND ${age} < $2 ORDER BY ${age} LIMIT $3 FOR UPDATE SKIP LOCKED),
             gone AS (DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM old)) RETURNING 1)
           SELECT (SELECT count(*)::int FROM gone) AS gone, (SELECT max(age)::text FROM old) AS reached`,
          [since, cutoff, BATCH_SIZE],
        );
        gone = rows[0].gone;
        since = rows[0].reached;
      }
    }
  });
  await client.end();
  return done;
}

/** `npm run jobs:retention -- --json` on that database. @throws Error when a step of it failed */
async function pass(database: string): Promise<Pass> {
  const child = spawn(process.execPath, ["jobs/run-once.ts", "retention", "--json"], {
    env: {
      ...process.env,
      DATABASE_URL: named(process.env.DATABASE_URL!, database),
      QUEUE_DATABASE_URL: named(process.env.QUEUE_DATABASE_URL!, database),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  let text = "";
  child.stdout.on("data", (part) => {
    text += part;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`The pass ended with ${code}: ${text}`);
  return JSON.parse(text);
}

const asDeleted = ({ rows, seconds, batches, restedSeconds }: Pass): Deleted => ({
  rows: Object.values(rows).reduce((sum, count) => sum + count, 0),
  seconds,
  batches,
  restedSeconds,
});

interface Readings {
  /** Milliseconds of each load. */
  summary: number[];
  connector: number[];
}

/** Loads pages before, while and after the pass runs, and answers how long each took. */
async function passBesideReaders(
  superuserUrl: string,
  now: Date,
): Promise<{ beside: Pass; quiet: Readings; busy: Readings }> {
  const owner = new pg.Client({ connectionString: named(superuserUrl, "bench_retention") });
  await owner.connect();
  const { rows } = await owner.query<Shop & { connectorId: string }>(
    `SELECT s.id, s.domain, s.time_zone AS "timeZone", s.currency, s.locale, c.id AS "connectorId"
     FROM shops s JOIN connectors c ON c.shop_id = s.id AND c.source = 'shopify_orders' ORDER BY s.id`,
  );
  await owner.end();
  let nth = 0;
  const read = async (into: Readings, isOver: () => boolean) => {
    while (!isOver()) {
      nth += 1;
      const shop = rows[(nth * 7) % rows.length]!;
      const startedAt = performance.now();
      await withShop(shop.id, (tx) => getSummary(tx, shop, now));
      const between = performance.now();
      await withShop(shop.id, (tx) => getConnectorDetail(tx, shop, shop.connectorId, now));
      into.summary.push(between - startedAt);
      into.connector.push(performance.now() - between);
    }
  };
  const readWhile = async (into: Readings, work: () => Promise<unknown>) => {
    let isOver = false;
    const readers = Array.from({ length: READERS }, () => read(into, () => isOver));
    await work();
    isOver = true;
    await Promise.all(readers);
  };
  const [warmUp, quiet, busy] = [1, 2, 3].map((): Readings => ({ summary: [], connector: [] }));
  await readWhile(warmUp!, () => sleep(QUIET_MS / 2));
  await readWhile(quiet!, () => sleep(QUIET_MS));
  let beside: Pass | undefined;
  await readWhile(busy!, async () => {
    beside = await pass("bench_retention");
  });
  await readWhile(quiet!, () => sleep(QUIET_MS));
  return { beside: beside!, quiet: quiet!, busy: busy! };
}

function print(measured: {
  rounds: Record<Way, Deleted>[];
  drops: Drop[];
  beside: Pass;
  quiet: Readings;
  busy: Readings;
}): void {
  const { rounds, drops, beside, quiet, busy } = measured;
  const at = (it: Deleted) => it.rows / it.seconds;
  const atWork = (it: Deleted) => it.rows / (it.seconds - it.restedSeconds);
  /** Machines are noisy: of ratios within one round, the one in the middle. */
  const middle = (of: (round: Record<Way, Deleted>) => number) => median(rounds.map(of));
  const line = (name: string, way: Way) => {
    const its = (what: (it: Deleted) => number) => middle((round) => what(round[way]));
    return [
      name,
      String(its(({ rows }) => rows)),
      its(({ seconds }) => seconds).toFixed(2),
      its(({ restedSeconds }) => restedSeconds).toFixed(2),
      its(at).toFixed(0),
      middle((round) => at(round[way]) / at(round.raw)).toFixed(2),
      middle((round) => atWork(round[way]) / at(round.raw)).toFixed(2),
      String(its(({ batches }) => batches)),
    ];
  };
  const readersToo = asDeleted(beside);
  printTable(
    [
      "what is past its time",
      "rows",
      "seconds",
      "of it at rest",
      "rows/s",
      "÷ raw",
      "at work ÷ raw",
      "batches",
    ],
    [
      line("one raw DELETE a table", "raw"),
      line(`bare batches of ${BATCH_SIZE}`, "floor"),
      line("one delete_aged a table", "atOnce"),
      line("jobs:retention alone", "alone"),
      [
        "jobs:retention beside readers",
        String(readersToo.rows),
        readersToo.seconds.toFixed(2),
        readersToo.restedSeconds.toFixed(2),
        at(readersToo).toFixed(0),
        "",
        "",
        String(readersToo.batches),
      ],
    ],
  );
  console.log("");
  printTable(
    ["one page load, ms", "loads", "p50", "p95", "beside the pass p50", "p95", "p95 ratio"],
    (["summary", "connector"] as const).map((page) => [
      page,
      String(busy[page].length),
      ...[50, 95].map((percent) => percentile(quiet[page], percent).toFixed(1)),
      ...[50, 95].map((percent) => percentile(busy[page], percent).toFixed(1)),
      (percentile(busy[page], 95) / percentile(quiet[page], 95)).toFixed(2),
    ]),
  );
  const slowest = Math.max(...drops.map(({ milliseconds }) => milliseconds));
  console.log(
    `\nA month of results (${drops[1]?.rows} rows) is dropped in ${percentile(
      drops.map(({ milliseconds }) => milliseconds),
      50,
    ).toFixed(1)} ms, at most ${slowest.toFixed(1)}; ${drops.length} were.`,
  );
  printGoal("slowest drop of a month in ms", slowest, 100, 1);
  printGoal(
    "one raw DELETE, in rows/s ÷ the pass at work",
    middle(({ raw, alone }) => at(raw) / atWork(alone)),
    2,
  );
  printGoal(
    "one raw DELETE, in rows/s ÷ the pass with its rests",
    middle(({ raw, alone }) => at(raw) / at(alone)),
    2,
  );
  for (const page of ["summary", "connector"] as const)
    printGoal(
      `p95 of a ${page} beside the pass ÷ without`,
      percentile(busy[page], 95) / percentile(quiet[page], 95),
      2,
    );
}
