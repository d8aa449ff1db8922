import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import pg from "pg";
import { Webhook } from "standardwebhooks";
import { createIngestKey, type NewIngestKey } from "#app/modules/ingest-keys/ingest-keys.store.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { type BenchDatabase, openDatabase, withPostgres } from "./bench-database.ts";
import { startBuiltServer } from "./built-server.ts";
import { percentile, printGoal, printTable } from "./figures.ts";
import { fillShops } from "./fill-shops.ts";

const SHOPS = 60;
/** As many pipelines report at once. */
const AT_ONCE = 8;
const SECONDS = 10;
/** Of the web process: one that kept what it is sent would not end the bench. */
const HEAP_MEGABYTES = 256;
const BATCHES = [1, 20, 200];
/** Of a hundred reports, so many were sent before: senders repeat what they got no answer to. */
const DUPLICATES_PERCENT = 10;
const source = "postscript";

interface Sender {
  id: string;
  domain: string;
  connectorId: string;
  webhook: Webhook;
}

interface Measured {
  batch: number;
  requests: number;
  runs: number;
  seconds: number;
  latencies: number[];
  floorRunsPerSecond: number;
  /** Of the web process, half way through and at the end. */
  megabytes: [half: number, end: number];
}

/**
 * Signed reports over HTTP against the built server, `AT_ONCE` at a time, a tenth of them sent before, by batch size. The
 * floor, in the same run: as many clients that insert the same rows, a batch per transaction, with nothing around it.
 * `ingest 30` measures 30 seconds per batch size.
 */
export async function run([seconds = String(SECONDS)]: string[]): Promise<void> {
  await withPostgres(async (superuserUrl) => {
    const database = await openDatabase(superuserUrl, "bench_ingest");
    await fillShops(database.owner, SHOPS, new Date());
    const senders = await arrangeSenders(database);
    const server = await startBuiltServer({ NODE_OPTIONS: `--max-old-space-size=${HEAP_MEGABYTES}` });
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    const measured: Measured[] = [];
    try {
      await load(agent, server.url, senders, 20, 2, "warm");
      for (const batch of BATCHES) {
        // A key's minute begins anew: 600 reports a minute and key are not what is measured here.
        await database.owner.query("TRUNCATE rate_limits");
        const memory = () => residentMegabytes(server.process.pid!);
        let half = 0;
        const halfway = setTimeout(() => {
          half = memory();
        }, Number(seconds) * 500);
        const loaded = await load(agent, server.url, senders, batch, Number(seconds), `b${batch}`);
        clearTimeout(halfway);
        const megabytes: [number, number] = [half, memory()];
        const floorRunsPerSecond = await measureFloor(
          superuserUrl,
          database,
          senders,
          batch,
          Number(seconds) / 2,
        );
        measured.push({ batch, ...loaded, floorRunsPerSecond, megabytes });
      }
    } finally {
      agent.destroy();
      await server.stop();
      await database.close();
    }
    print(measured);
  });
}

async function arrangeSenders({ owner }: BenchDatabase): Promise<Sender[]> {
  const { rows } = await owner.query<{ id: string; domain: string }>(
    "SELECT id, domain FROM shops ORDER BY domain",
  );
  const senders: Sender[] = [];
  for (const { id, domain } of rows) {
    const connector = await owner.query<{ id: string }>(
      "SELECT id FROM connectors WHERE shop_id = $1 AND source = $2 AND engine = 'push'",
      [id, source],
    );
    const key: NewIngestKey = await withShop(id, (tx) => createIngestKey(tx, id, new Date()));
    senders.push({ id, domain, connectorId: connector.rows[0]!.id, webhook: new Webhook(key.signingSecret) });
  }
  return senders;
}

function reportOf(batch: number, name: string): string {
  const endedAt = new Date().toISOString();
  const runs = Array.from({ length: batch }, (_, index) => ({
    source,
    externalRunId: `${name}-${index}`,
    status: "succeeded",
    startedAt: endedAt,
    endedAt,
    rowsSynced: 1_200,
  }));
  return JSON.stringify({ type: "sync_runs.reported", timestamp: endedAt, data: { runs } });
}

async function load(
  agent: Agent,
  url: string,
  senders: Sender[],
  batch: number,
  seconds: number,
  name: string,
) {
  const latencies: number[] = [];
  const startedAt = performance.now();
  let sent = 0;
  const work = async () => {
    while (performance.now() - startedAt < seconds * 1000) {
      const turn = sent++;
      // A report that was sent before: the one ten turns ago, by the same sender.
      const isRepeated = turn % 100 < DUPLICATES_PERCENT && turn >= senders.length;
      const number = isRepeated ? turn - senders.length : turn;
      const sender = senders[number % senders.length]!;
      latencies.push(await post(agent, url, sender, reportOf(batch, `${name}-${number}`)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return {
    requests: latencies.length,
    runs: latencies.length * batch,
    seconds: (performance.now() - startedAt) / 1000,
    latencies,
  };
}

/** From sending to the last byte. @throws Error when it is not taken */
function post(agent: Agent, url: string, sender: Sender, body: string): Promise<number> {
  const sentAt = new Date();
  const startedAt = performance.now();
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-sync-health-shop": sender.domain,
    "webhook-id": "msg",
    "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1000)),
    "webhook-signature": sender.webhook.sign("msg", sentAt, body),
  };
  return new Promise((done, fail) => {
    const sent = request(`${url}/api/ingest/sync-runs`, { agent, method: "POST", headers }, (answer) => {
      answer.resume();
      answer.once("end", () => {
        if (answer.statusCode === 202) done(performance.now() - startedAt);
        else fail(new Error(`A report was answered with ${answer.statusCode}.`));
      });
    });
    sent.once("error", fail);
    sent.end(body);
  });
}

/** Runs per second when nothing is done but inserting the rows, by as many clients, a batch per transaction. */
async function measureFloor(
  superuserUrl: string,
  { owner }: BenchDatabase,
  senders: Sender[],
  batch: number,
  seconds: number,
) {
  const address = new URL(superuserUrl);
  address.pathname = `/${(await owner.query("SELECT current_database() AS name")).rows[0].name}`;
  const pool = new pg.Pool({ connectionString: address.href, max: AT_ONCE });
  const startedAt = performance.now();
  let inserted = 0;
  let turn = 0;
  const work = async () => {
    while (performance.now() - startedAt < seconds * 1000) {
      const sender = senders[turn++ % senders.length]!;
      await pool.query(
        `INSERT INTO sync_runs (shop_id, connector_id, external_run_id, status, started_at, ended_at, rows_synced)
         SELECT $1, $2, $3 || n, 'succeeded', now(), now(), 1200 FROM generate_series(1, $4::int) n`,
        [sender.id, sender.connectorId, `floor-${batch}-${turn}-`, batch],
      );
      inserted += batch;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const elapsed = (performance.now() - startedAt) / 1000;
  await pool.end();
  await owner.query("DELETE FROM sync_runs WHERE external_run_id LIKE 'floor-%'");
  return inserted / elapsed;
}

function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}

function print(measured: readonly Measured[]): void {
  printTable(
    [
      "runs a report",
      "reports/s",
      "runs/s",
      "p50 ms",
      "p99 ms",
      "inserts alone, runs/s",
      "inserts ÷ ingest",
      "web process MB",
    ],
    measured.map(({ batch, requests, runs, seconds, latencies, floorRunsPerSecond, megabytes }) => [
      String(batch),
      (requests / seconds).toFixed(0),
      (runs / seconds).toFixed(0),
      percentile(latencies, 50).toFixed(1),
      percentile(latencies, 99).toFixed(1),
      floorRunsPerSecond.toFixed(0),
      (floorRunsPerSecond / (runs / seconds)).toFixed(1),
      megabytes.map((each) => each.toFixed(0)).join(" → "),
    ]),
  );
  const largest = measured.at(-1)!;
  printGoal(
    `inserts alone ÷ ingest, ${largest.batch} runs a report`,
    largest.floorRunsPerSecond / (largest.runs / largest.seconds),
    10,
  );
  const growth = Math.max(...measured.map(({ megabytes: [half, end] }) => end / half));
  printGoal("memory of the web process at the end ÷ half way", growth, 1.25);
}
