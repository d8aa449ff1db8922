import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import type pg from "pg";
import { judgeConnectors } from "#app/modules/checks/judge-connectors.server.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import { withShops } from "#app/platform/tenant.server.ts";
import { type AlertSink, startAlertSink } from "#e2e/support/alert-sink.ts";
import { startWorker } from "#e2e/support/worker-process.ts";
import { job } from "#jobs/catalog.ts";
import { openDatabase, withPostgres } from "./bench-database.ts";
import { median, percentile, printGoal, printTable } from "./figures.ts";
import { fillShops } from "./fill-shops.ts";

/** More shops than incidents: what fails in a few of many is nobody's outage, so each is told by itself. */
const SHOPS = 900;
const INCIDENTS = 100;
const BURSTS = [50, 100, 200, 400];
/** As Slack takes them: one a second, and a few more at the start. */
const THROTTLED_BURST = 30;
const SLACK_BURST = 3;
const GOAL_SECONDS = 2;

/**
 * From the commit of the transaction that opened an incident until Slack has the message: a real worker process on an
 * idle queue, one incident after another, beside a job of the same queue that only looks a row up and finds nothing.
 * Both take turns, so that a busy machine slows both. Then bursts: many incidents in one transaction.
 */
export async function run(): Promise<void> {
  await withPostgres(async (superuserUrl) => {
    const database = await openDatabase(superuserUrl, "bench_alerts");
    await fillShops(database.owner, SHOPS, new Date());
    const sink = await startAlertSink();
    const destinations = {
      SLACK_DQ_WEBHOOK_URL: `${sink.url}/services/bench`,
      PAGERDUTY_DQ_ROUTING_KEY: "bench",
      PAGERDUTY_EVENTS_URL: sink.url,
    };
    // Who is told is decided in the transaction: in this process.
    Object.assign(process.env, destinations);
    const worker = await startWorker();
    const done = new Map<string, () => void>();
    createInterface({ input: worker.process.stdout! }).on("line", (line) => {
      if (line.includes('"outcome":"gone"')) done.get("gone")?.();
    });
    try {
      console.log(`${INCIDENTS} incidents, one after another …`);
      const connectors = await takeConnectors(database.owner);
      const bare = () => new Promise<void>((gone) => done.set("gone", gone));
      await measureLatency(sink, connectors, bare);
      await measureBursts(sink, connectors);
    } finally {
      await worker.stop();
      await sink.stop();
      await database.close();
    }
  });
}

interface Connector {
  shopId: string;
  id: string;
}

/** One connector of each shop, of all sources in turn, all synced a moment ago. */
async function takeConnectors(owner: pg.Client): Promise<(count: number) => Promise<Connector[]>> {
  await owner.query("UPDATE connectors SET last_succeeded_at = now()");
  const { rows } = await owner.query<Connector>(
    `SELECT shop_id AS "shopId", id FROM (
       SELECT shop_id, id, row_number() OVER (PARTITION BY shop_id ORDER BY source) AS nth, dense_rank() OVER (ORDER BY shop_id) AS shop FROM connectors
     ) AS each WHERE nth = 1 + shop % 12 ORDER BY shop`,
  );
  return async (count) => {
    const taken = rows.splice(0, count);
    if (taken.length < count) throw new Error("There are too few shops for so many incidents.");
    await owner.query(
      "UPDATE connectors SET last_succeeded_at = now() - interval '30 days' WHERE id = ANY ($1)",
      [taken.map(({ id }) => id)],
    );
    return taken;
  };
}

/** Opens a critical incident for each, in one transaction. Answers when that was committed. */
async function openIncidents(connectors: readonly Connector[]): Promise<number> {
  const shopIds = connectors.map(({ shopId }) => shopId);
  await withShops(shopIds, (tx) =>
    judgeConnectors(tx, { shopIds, connectorIds: connectors.map(({ id }) => id), now: new Date() }),
  );
  return performance.now();
}

/** When so many messages have been taken by Slack, in order. */
function arrivals(sink: AlertSink, count: number): Promise<number[]> {
  const answer = sink.answer;
  const times: number[] = [];
  return new Promise((all) => {
    sink.answer = (call, response) => {
      response.on("finish", () => {
        if (call.path.endsWith("/v2/enqueue") || response.statusCode !== 200) return;
        times.push(performance.now());
        if (times.length === count) all(times);
      });
      answer(call, response);
    };
  });
}

type Take = (count: number) => Promise<Connector[]>;

async function measureLatency(sink: AlertSink, take: Take, bare: () => Promise<void>): Promise<void> {
  const alerts: number[] = [];
  const jobs: number[] = [];
  // The first opens connections and compiles plans.
  for (let turn = 0; turn <= INCIDENTS; turn += 1) {
    sink.reset();
    const [connector] = await take(1);
    const arrived = arrivals(sink, 1);
    const openedAt = await openIncidents([connector!]);
    const [arrivedAt] = await arrived;
    await idle();
    const isGone = bare();
    await withShops([connector!.shopId], (tx) =>
      enqueue(tx, [
        job("alerts.deliver", { shopId: connector!.shopId, deliveryId: randomUUID() }, { priority: -10 }),
      ]),
    );
    const queuedAt = performance.now();
    await isGone;
    if (turn > 0) {
      alerts.push(arrivedAt! - openedAt);
      jobs.push(performance.now() - queuedAt);
    }
    await idle();
  }
  const row = (name: string, times: number[]) => [
    name,
    String(times.length),
    ...[median(times), percentile(times, 95), Math.max(...times)].map((ms) => ms.toFixed(1)),
  ];
  printTable(
    ["from commit until", "n", "p50 ms", "p95 ms", "max ms"],
    [row("Slack has the alert", alerts), row("a bare job is done", jobs)],
  );
  console.log(`ratio of the medians: ${(median(alerts) / median(jobs)).toFixed(2)}`);
  printGoal("p95 from commit to Slack, in seconds", percentile(alerts, 95) / 1000, GOAL_SECONDS, 3);
}

/** What is still at work ends, PagerDuty's delivery too, so that the next one meets an idle queue. */
const idle = () => new Promise((done) => setTimeout(done, 40));

async function measureBursts(sink: AlertSink, take: Take): Promise<void> {
  const bursts: Burst[] = [];
  for (const count of BURSTS) {
    console.log(`a burst of ${count} …`);
    sink.reset();
    bursts.push(await burst(sink, await take(count)));
    await new Promise((done) => setTimeout(done, 1000));
  }
  console.log(`a burst of ${THROTTLED_BURST}, throttled …`);
  sink.reset();
  throttleLikeSlack(sink);
  const throttled = await burst(sink, await take(THROTTLED_BURST));
  const row = (name: string, { count, first, middle, all, requests }: Burst) => [
    name,
    ...[first, middle, all].map((seconds) => seconds.toFixed(2)),
    ((all * 1000) / count).toFixed(1),
    String(requests),
  ];
  console.log("\nIncidents opened in one transaction, told to Slack and PagerDuty alike:");
  printTable(
    ["incidents", "first s", "median s", "all s", "ms each", "requests to Slack"],
    [...bursts.map((one) => row(String(one.count), one)), row(`${THROTTLED_BURST}, throttled`, throttled)],
  );
  const [smallest, largest] = [bursts[0]!, bursts.at(-1)!];
  const costOf = ({ all, count }: Burst) => all / count;
  printGoal(
    `time per incident in a burst of ${largest.count} ÷ of ${smallest.count}`,
    costOf(largest) / costOf(smallest),
    1.5,
  );
}

/** How long after the commit, in seconds. */
interface Burst {
  count: number;
  first: number;
  middle: number;
  all: number;
  requests: number;
}

async function burst(sink: AlertSink, connectors: readonly Connector[]): Promise<Burst> {
  const arrived = arrivals(sink, connectors.length);
  const openedAt = await openIncidents(connectors);
  const times = (await arrived).map((at) => (at - openedAt) / 1000);
  return {
    count: times.length,
    first: times[0]!,
    middle: median(times),
    all: times.at(-1)!,
    requests: sink.calls.filter(({ path }) => !path.endsWith("/v2/enqueue")).length,
  };
}

/** One message a second after the first few; the rest is told to come again. */
function throttleLikeSlack(sink: AlertSink): void {
  const take = sink.answer;
  let tokens = SLACK_BURST;
  let filledAt = performance.now();
  sink.answer = (call, response) => {
    const now = performance.now();
    tokens = Math.min(SLACK_BURST, tokens + (now - filledAt) / 1000);
    filledAt = now;
    if (call.path.endsWith("/v2/enqueue")) return take(call, response);
    if (tokens < 1) return void response.writeHead(429, { "retry-after": "1" }).end("rate_limited");
    tokens -= 1;
    take(call, response);
  };
}
