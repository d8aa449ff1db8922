import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { judgeConnectors } from "#app/modules/checks/judge-connectors.server.ts";
import { runOnePass } from "#app/modules/checks/run-tick.server.ts";
import { sourceKeys, sources } from "#app/modules/connectors/sources.ts";
import { createDb, useDb } from "#app/platform/db.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { eraseCluster, startEmbeddedPostgres } from "#demo/embedded-postgres.ts";
import { migrateDatabase } from "#prisma/migrate-database.ts";

const CONNECTORS_PER_SHOP = 12;
const ROUNDS = 5;

/**
 * A full freshness cycle at several sizes, in batches of 50 shops, against the floor (one SQL statement that reads the
 * same facts and inserts the same results) and against a loop (one load and one save per connector, on a sample).
 */
export async function run(args: string[]): Promise<void> {
  const sizes = args.length > 0 ? args.map(Number) : [1_200, 12_000];
  const place = mkdtempSync(join(tmpdir(), "sync-health-bench-"));
  const postgres = await startEmbeddedPostgres(place);
  try {
    console.log("connectors   cycle s   floor s   cycle/floor   loop/cycle   µs per connector   peak MB");
    for (const size of sizes) await measure(postgres.url, size);
  } finally {
    await postgres.stop();
    eraseCluster(place);
  }
}

async function measure(superuserUrl: string, connectors: number): Promise<void> {
  const name = `bench_${connectors}`;
  const at = (user: string | null) => {
    const url = new URL(superuserUrl);
    url.pathname = `/${name}`;
    if (user) Object.assign(url, { username: user, password: "bench" });
    return url.href;
  };
  const admin = new pg.Client({ connectionString: superuserUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  await migrateDatabase({ ownerUrl: at(null), appUrl: at("bench_app"), queueUrl: at("bench_queue") });
  const key = Buffer.alloc(32, 7).toString("base64");
  Object.assign(process.env, {
    DATABASE_URL: at("bench_app"),
    QUEUE_DATABASE_URL: at("bench_queue"),
    APP_ENCRYPTION_KEY: key,
    SHOPIFY_API_KEY: "bench",
    SHOPIFY_API_SECRET: "bench",
    SHOPIFY_APP_URL: "http://localhost",
  });
  const client = createDb(at("bench_app"));
  // biome-ignore lint/correctness/useHookAtTopLevel: not a React hook
  useDb(client);
  const owner = new pg.Client({ connectionString: at(null) });
  await owner.connect();
  await fill(owner, connectors);
  await runOnePass(new Date());

  const cycles: number[] = [];
  const floors: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    floors.push(await seconds(() => floor(owner)));
    cycles.push(await seconds(() => runOnePass(new Date())));
  }
  const sample = Math.min(connectors, 600);
  const loop = (await seconds(() => loopOver(owner, sample))) * (connectors / sample);
  const cycle = median(cycles);
  const row = [
    String(connectors).padStart(10),
    cycle.toFixed(3).padStart(9),
    median(floors).toFixed(3).padStart(9),
    median(cycles.map((value, index) => value / floors[index]!))
      .toFixed(2)
      .padStart(13),
    (loop / cycle).toFixed(1).padStart(12),
    ((cycle / connectors) * 1e6).toFixed(0).padStart(18),
    (process.memoryUsage().rss / 1e6).toFixed(0).padStart(9),
  ];
  console.log(row.join(" "));
  await owner.end();
  await client.$disconnect();
}

async function fill(owner: pg.Client, connectors: number): Promise<void> {
  const shops = Math.ceil(connectors / CONNECTORS_PER_SHOP);
  await owner.query(
    "INSERT INTO shops (domain) SELECT 'bench-' || n || '.myshopify.com' FROM generate_series(1, $1::int) n",
    [shops],
  );
  await owner.query("INSERT INTO shop_health (shop_id) SELECT id FROM shops");
  await owner.query(
    `INSERT INTO connectors (shop_id, source, engine, last_succeeded_at, created_at)
     SELECT s.id, k.source, 'push', now() - make_interval(mins => CASE WHEN random() < 0.02 THEN 6000 ELSE 5 END), now() - interval '90 days'
     FROM shops s CROSS JOIN unnest($1::text[]) AS k (source)`,
    [sourceKeys.slice(0, CONNECTORS_PER_SHOP)],
  );
  await owner.query(
    "INSERT INTO dq_checks (shop_id, connector_id, check_name) SELECT shop_id, id, c FROM connectors CROSS JOIN unnest(ARRAY['freshness', 'sync_failed']) c",
  );
  await owner.query("ANALYZE");
}

/** The least that any cycle has to do: the same facts read, the same rows inserted, one statement, no policies. */
async function floor(owner: pg.Client): Promise<void> {
  await owner.query(
    `INSERT INTO dq_results (shop_id, connector_id, check_name, evaluated_at, outcome, severity, value, expected_high)
     SELECT c.shop_id, c.id, k.check_name, clock_timestamp(), CASE WHEN age > limits.warning THEN 'late' ELSE 'fresh' END,
       CASE WHEN age > 4 * limits.warning THEN 'critical' WHEN age > 2 * limits.warning THEN 'high' WHEN age > limits.warning THEN 'warning' END, age, limits.warning
     FROM connectors c JOIN unnest($1::text[], $2::int[]) AS limits (source, warning) ON limits.source = c.source
     JOIN dq_checks k ON k.shop_id = c.shop_id AND k.connector_id = c.id
     CROSS JOIN LATERAL (SELECT floor(extract(epoch FROM now() - c.last_succeeded_at) / 60)::int AS age) a`,
    [[...sourceKeys], sourceKeys.map((key) => sources[key].warningMinutes)],
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

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
