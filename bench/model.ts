import { printTable } from "./figures.ts";

/**
 * What was measured, once, by the benches of this folder, with where. Times are of one core's work: several cores do
 * as much more. Replace them by your own: `npm run bench -- dq-cycle`, `ingest`, `profiles`.
 */
export const measured = {
  on: "2026-11-25, 2 cores shared with other work, PostgreSQL 17 with its durability on",
  /** `dq-cycle 1200 12000`, column "cycle": a full tick, one batch after the other. */
  tickMsPerConnector: 0.6,
  /** `ingest`, 1 run a report: of one web process. */
  reportsPerSecond: 150,
  /** Bytes of a stored result and of a stored run, with their indexes: table size ÷ rows after the bench. */
  bytesPerResult: 330,
  bytesPerRun: 420,
} as const;

const CONNECTORS_PER_SHOP = 12;
/** Freshness and failed syncs, each tick. */
const RESULTS_PER_CONNECTOR_AND_TICK = 2;
const TICKS_PER_DAY = 96;
const TICK_SECONDS = 900;
const MONTHS = 13;
const DAYS_PER_MONTH = 30.4;
const RUNS_PER_CONNECTOR_AND_DAY = 24;
/** A worker process works four jobs at once; waiting for the database, they come to about this many cores' worth. */
const CORES_PER_WORKER = 1.5;
/** A tick should be over well before the next. */
const TICK_SHARE = 0.5;
const APP_POOL = 10;
const QUEUE_POOL = 8;

export interface Sizing {
  shops: number;
  connectors: number;
  tickSecondsOfOneCore: number;
  workers: number;
  reportsPerSecond: number;
  webProcesses: number;
  connections: number;
  resultsPerDay: number;
  gigabytes: number;
}

/** What a number of shops needs, by what was measured. */
export function sizeFor(
  shops: number,
  figures = measured as Record<keyof Omit<typeof measured, "on">, number>,
): Sizing {
  const connectors = shops * CONNECTORS_PER_SHOP;
  const tickSecondsOfOneCore = (connectors * figures.tickMsPerConnector) / 1000;
  const workers = Math.max(
    2,
    Math.ceil(tickSecondsOfOneCore / (TICK_SECONDS * TICK_SHARE * CORES_PER_WORKER)),
  );
  const reportsPerSecond = (connectors * RUNS_PER_CONNECTOR_AND_DAY) / 86_400;
  const webProcesses = Math.max(2, Math.ceil((reportsPerSecond * 3) / figures.reportsPerSecond));
  const resultsPerDay = connectors * RESULTS_PER_CONNECTOR_AND_TICK * TICKS_PER_DAY;
  const days = MONTHS * DAYS_PER_MONTH;
  const bytes =
    resultsPerDay * days * figures.bytesPerResult +
    connectors * RUNS_PER_CONNECTOR_AND_DAY * days * figures.bytesPerRun;
  return {
    shops,
    connectors,
    tickSecondsOfOneCore,
    workers,
    reportsPerSecond,
    webProcesses,
    connections: webProcesses * APP_POOL + workers * (APP_POOL + QUEUE_POOL),
    resultsPerDay,
    gigabytes: bytes / 1e9,
  };
}

/** `npm run bench -- model`, or `model 5000 20000`: what numbers of shops need. Measures nothing. */
export async function run(args: string[]): Promise<void> {
  const sizes = args.length > 0 ? args.map(Number) : [100, 1_000, 10_000, 100_000];
  console.log(`From figures of ${measured.on}.`);
  printTable(
    [
      "shops",
      "connectors",
      "tick, s of one core",
      "workers",
      "reports/s",
      "web processes",
      "connections",
      "results a day",
      "13 months, GB",
    ],
    sizes.map((shops) => {
      const size = sizeFor(shops);
      return [
        shops.toLocaleString("en"),
        size.connectors.toLocaleString("en"),
        size.tickSecondsOfOneCore.toFixed(1),
        String(size.workers),
        size.reportsPerSecond.toFixed(1),
        String(size.webProcesses),
        String(size.connections),
        size.resultsPerDay.toLocaleString("en"),
        size.gigabytes.toFixed(0),
      ];
    }),
  );
}
