import type { Backfill, BackfillEstimate, BackfillStatusAnswer } from "#app/modules/backfills/backfill.ts";
import { dayBefore, dayOf } from "#app/modules/shops/shop-days.ts";
import { type RunningDemo, startDemo } from "#e2e/support/demo.ts";
import { median, printGoal, printTable } from "./figures.ts";

const SHOPS = ["healthy", "large"];
const SOURCES = ["shopify_orders", "recharge", "meta_ads", "klaviyo", "postscript"];
/** Days of each backfill, and how long ago its last day is. */
const RANGES = [
  { days: 3, ago: 2 },
  { days: 7, ago: 1 },
  { days: 14, ago: 10 },
  { days: 21, ago: 3 },
  { days: 30, ago: 5 },
];

interface Compared {
  source: string;
  rows: number | null;
  seconds: number | null;
}

/** What fifty backfills of the demo were expected to take, against what they then took. */
export async function run(): Promise<void> {
  const demo = await startDemo();
  try {
    const compared: Compared[] = [];
    for (const state of SHOPS)
      for (const source of SOURCES)
        for (const range of RANGES) compared.push(await compare(demo, state, source, range));
    report(compared);
  } finally {
    await demo.interrupt();
    demo.erase();
  }
}

async function compare(
  demo: RunningDemo,
  state: string,
  source: string,
  { days, ago }: (typeof RANGES)[number],
): Promise<Compared> {
  const { shop } = (await demo.shops()).find((one) => one.state === state)!;
  const { id } = (await demo.summary(shop)).connectors.find((one) => one.source === source)!;
  const endDate = dayBefore(dayOf(new Date(), "America/New_York"), ago);
  const startDate = dayBefore(endDate, days - 1);
  const path = `/api/sync-health/connectors/${id}/backfill`;
  const estimate = (await (
    await demo.api(shop, `${path}/estimate?startDate=${startDate}&endDate=${endDate}`)
  ).json()) as BackfillEstimate;
  const answer = await demo.api(shop, path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ startDate, endDate }),
  });
  if (answer.status !== 202) throw new Error(`${source}: ${answer.status} ${await answer.text()}`);
  const done = await ended(demo, shop, path);
  const seconds = (Date.parse(done.endedAt!) - Date.parse(done.startedAt!)) / 1000;
  // What cannot be said is no hit.
  const off = (expected: number | null, was: number) =>
    expected === null ? Number.POSITIVE_INFINITY : was === 0 ? null : Math.abs(expected - was) / was;
  console.log(
    `${state} ${source} ${days} days: rows ${estimate.estimatedRows} → ${done.rowsLoaded}, seconds ${estimate.estimatedDurationSeconds} → ${seconds.toFixed(1)} (${estimate.basis})`,
  );
  return {
    source,
    rows: off(estimate.estimatedRows, done.rowsLoaded),
    seconds: off(estimate.estimatedDurationSeconds, seconds),
  };
}

async function ended(demo: RunningDemo, shop: string, path: string): Promise<Backfill> {
  for (let asks = 0; asks < 600; asks += 1) {
    const { backfill, history } = (await (
      await demo.api(shop, `${path}/status`)
    ).json()) as BackfillStatusAnswer;
    if (!backfill && history[0]) {
      if (history[0].status !== "completed")
        throw new Error(`It ended as ${history[0].status}: ${history[0].reason}`);
      return history[0];
    }
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Error("A backfill did not end within five minutes.");
}

function report(compared: readonly Compared[]): void {
  const errorOf = (of: readonly Compared[], what: "rows" | "seconds") =>
    median(of.flatMap((one) => one[what] ?? []));
  const unsaid = (of: readonly Compared[]) =>
    of.filter(({ seconds }) => seconds === Number.POSITIVE_INFINITY).length / of.length;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const line = (name: string, of: readonly Compared[]) => [
    name,
    String(of.length),
    percent(errorOf(of, "rows")),
    percent(errorOf(of, "seconds")),
    percent(unsaid(of)),
  ];
  printTable(
    ["source", "backfills", "rows off by", "duration off by", "duration not said"],
    [
      ...SOURCES.map((source) =>
        line(
          source,
          compared.filter((one) => one.source === source),
        ),
      ),
      line("all", compared),
    ],
  );
  printGoal("median error of rows", errorOf(compared, "rows"), 0.15);
  printGoal("median error of durations (what was not said counts as off)", errorOf(compared, "seconds"), 0.3);
}
