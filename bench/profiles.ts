import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type pg from "pg";
import { judgeDataOfShops } from "#app/modules/checks/judge-data.server.ts";
import { defaultMapping } from "#app/modules/profiles/default-mapping.ts";
import type { ProfileMode } from "#app/modules/profiles/due.ts";
import { mappedSources, type SourceMapping } from "#app/modules/profiles/mapping.ts";
import { type ProfiledShop, profileBatch } from "#app/modules/profiles/profile-shops.server.ts";
import { loadHours, loadSeries } from "#app/modules/profiles/series.store.server.ts";
import { withShops } from "#app/platform/tenant.server.ts";
import { closeWarehouse, createWarehouse, useWarehouse } from "#app/platform/warehouse.server.ts";
import { openDatabase, withPostgres } from "./bench-database.ts";
import { printTable, secondsOf } from "./figures.ts";
import { CONNECTORS_PER_SHOP, fillShops } from "./fill-shops.ts";

const DAYS = 90;
const ROWS_PER_DAY = 10;
const BATCH = 50;
const ZONE = "America/New_York";

interface Figure {
  what: string;
  seconds: number;
  peakMegabytes: number;
}

/**
 * Profiles and verdicts of 90 days of 10 rows at several sizes, in batches of 50 shops. The floor is the bare aggregate of the same
 * tables: rows and sums by shop and day, one statement per table over all shops, nothing distinct, nothing saved.
 */
export async function run(args: string[]): Promise<void> {
  const sizes = args.length > 0 ? args.map(Number) : [1_200, 12_000];
  await withPostgres(async (superuserUrl) => {
    for (const connectors of sizes) {
      const { owner, close } = await openDatabase(superuserUrl, `bench_${connectors}`);
      // biome-ignore lint/correctness/useHookAtTopLevel: not a React hook
      useWarehouse(createWarehouse(process.env.DATABASE_URL!));
      try {
        print(connectors, await measure(owner, connectors / CONNECTORS_PER_SHOP));
      } finally {
        await closeWarehouse();
        await close();
      }
    }
  });
}

async function measure(owner: pg.Client, count: number): Promise<Figure[]> {
  const tables = await fill(owner, count);
  const { rows: shops } = await owner.query<ProfiledShop>(
    `SELECT id AS "shopId", domain, time_zone AS "timeZone" FROM shops ORDER BY id`,
  );
  const figures: Figure[] = [];
  const note = async (what: string, work: () => Promise<unknown>) => {
    figures.push({ what, ...(await watched(work)) });
  };
  const sync = () => owner.query("UPDATE connectors SET last_succeeded_at = now()");
  await sync();
  await note("bare aggregate", () => aggregate(owner, tables));
  await note("first profile, 400 days", () => pass(shops, "full"));
  await note("judging at first sight", () => judge(shops, false));
  await owner.query("VACUUM ANALYZE");
  await note("90 days anew, all as stored", () => pass(shops, "full"));
  await note("nothing due", () => pass(shops, "due"));
  await sync();
  await note("after a sync", () => pass(shops, "due"));
  await note("judging after it", () => judge(shops, false));
  await note("judging everything anew", () => judge(shops, true));
  await owner.query("UPDATE connectors SET counted_at = now() - interval '25 hours'");
  await note("the night's count", () => pass(shops, "due"));
  await note("reading 90 days, 42 of hours", () => read(shops));
  return figures;
}

function print(connectors: number, figures: readonly Figure[]): void {
  const floor = figures[0]!.seconds;
  console.log(`\n${connectors} connectors, ${connectors * DAYS * ROWS_PER_DAY} rows in the warehouse`);
  printTable(
    ["", "seconds", "µs per connector", "× bare", "peak MB"],
    figures.map(({ what, seconds, peakMegabytes }) => [
      what,
      seconds.toFixed(2),
      ((seconds / connectors) * 1e6).toFixed(0),
      (seconds / floor).toFixed(2),
      peakMegabytes.toFixed(0),
    ]),
  );
}

/** The shops, and the default mapping's tables with their rows, indexed by shop and time. */
async function fill(owner: pg.Client, count: number): Promise<SourceMapping[]> {
  await fillShops(owner, count, new Date());
  const { rows } = await owner.query<{ source: string }>("SELECT DISTINCT source FROM connectors");
  const sources = new Set(rows.map(({ source }) => source));
  const tables = mappedSources(defaultMapping).flatMap(([source, one]) => (sources.has(source) ? [one] : []));
  await owner.query("CREATE SCHEMA warehouse");
  for (const table of tables) await fillTable(owner, table);
  await owner.query(
    "GRANT USAGE ON SCHEMA warehouse TO sync_health_app; GRANT SELECT ON ALL TABLES IN SCHEMA warehouse TO sync_health_app",
  );
  await owner.query("VACUUM ANALYZE");
  return tables;
}

async function fillTable(owner: pg.Client, { table, time, measures, categories }: SourceMapping) {
  const moment = "now() - make_interval(days => d) - random() * interval '20 hours'";
  const columns = [
    "domain AS shop_domain",
    "d || ':' || n AS id",
    `${time.kind === "day" ? `(${moment})::date` : moment} AS ${time.column}`,
    ...Object.values(measures).map(({ column }) => `round((random() * 100)::numeric, 2) AS ${column}`),
    ...Object.values(categories).map(
      (column) => `(ARRAY['one', 'two', 'three', 'four'])[1 + n % 4] AS ${column}`,
    ),
    "gen_random_uuid()::text AS _airbyte_raw_id",
    "now() - interval '3 days' AS _airbyte_extracted_at",
    `'{"changes":[],"sync_id":1}'::jsonb AS _airbyte_meta`,
  ];
  await owner.query(
    `CREATE TABLE ${table} AS SELECT ${columns.join(", ")}
     FROM shops CROSS JOIN generate_series(0, ${DAYS - 1}) d CROSS JOIN generate_series(1, ${ROWS_PER_DAY}) n`,
  );
  await owner.query(`CREATE INDEX ON ${table} (shop_domain, ${time.column})`);
}

async function aggregate(owner: pg.Client, tables: readonly SourceMapping[]): Promise<void> {
  for (const { table, time, measures } of tables) {
    const day = time.kind === "day" ? time.column : `(${time.column} AT TIME ZONE '${ZONE}')::date`;
    const columns = Object.values(measures).map(({ column }) => column);
    await owner.query(
      `SELECT sum(n), ${columns.map((column) => `sum(${column})`).join(", ")} FROM (
         SELECT shop_domain, ${day}, count(*) AS n, ${columns.map((column) => `sum(${column}) AS ${column}`).join(", ")} FROM ${table} GROUP BY 1, 2) a`,
    );
  }
}

const batchesOf = (shops: readonly ProfiledShop[]): ProfiledShop[][] =>
  Array.from({ length: Math.ceil(shops.length / BATCH) }, (_, n) => shops.slice(n * BATCH, (n + 1) * BATCH));

async function pass(shops: readonly ProfiledShop[], mode: ProfileMode): Promise<void> {
  for (const batch of batchesOf(shops)) {
    const { failures } = await profileBatch(batch, new Date(), { mode, mapping: defaultMapping });
    if (failures.length > 0) throw new Error(failures[0]!.message);
  }
}

async function judge(shops: readonly ProfiledShop[], isFullPass: boolean): Promise<void> {
  for (const batch of batchesOf(shops)) {
    const shopIds = batch.map(({ shopId }) => shopId);
    const of = { shopIds, mapping: defaultMapping, now: new Date(), isFullPass };
    await withShops(shopIds, (tx) => judgeDataOfShops(tx, of), { timeoutMs: 120_000 });
  }
}

async function read(shops: readonly ProfiledShop[]): Promise<void> {
  const now = new Date();
  for (const batch of batchesOf(shops)) {
    const shopIds = batch.map(({ shopId }) => shopId);
    await withShops(shopIds, async (tx) => {
      await loadSeries(tx, { shopIds }, { days: DAYS, now });
      await loadHours(tx, { shopIds }, { days: 42, now });
    });
  }
}

/** What one step left behind is not the next one's. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

async function watched(work: () => Promise<unknown>): Promise<Omit<Figure, "what">> {
  collectGarbage();
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, process.memoryUsage().rss);
  };
  const watch = setInterval(look, 20);
  const seconds = await secondsOf(work);
  look();
  clearInterval(watch);
  return { seconds, peakMegabytes: peak / 1e6 };
}
