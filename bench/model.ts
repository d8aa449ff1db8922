import { printTable } from "./figures.ts";

/**
 * What the benches of this folder measured, once, and where. Times are of one process and its database connection working
 * one thing after the other. Replace them by your own machine's.
 */
export const measured = {
  on: "2026-11-30: 2 cores shared with other work, Node 24, PostgreSQL 17 on the same machine",
  /** `dq-cycle 1200 12000`: a whole tick at 12,000 connectors ÷ connectors. */
  tickMicrosPerConnector: 100,
  /** `profiles 1200`: "after a sync" and "judging after it", per connector. */
  syncMsPerConnector: 15.5,
  /** `ingest`: signed reports of one run each, by one web process. */
  reportsPerSecond: 85,
  /** Table and indexes ÷ rows: of 209,520 results, a third of them of data checks, and in the demo of 47,617 runs, 7,889 days and 14,854 hours. */
  bytesPerResult: 258,
  bytesPerRun: 584,
  bytesPerDay: 785,
  bytesPerHour: 180,
} as const;

/** What a shop is taken to be. */
export const assumed = {
  connectorsPerShop: 12,
  /** Three sources by the hour and nine every six hours. */
  syncsPerConnectorAndDay: 9,
  /** Freshness and failed syncs at each tick; so many checks of the data at each sync, as in the demo. */
  resultsPerTick: 2,
  resultsPerSync: 11,
  /** The busiest minutes against the day's mean. */
  peak: 3,
  monthsKept: 13,
  /** Of the connectors: those whose hours are counted, too. */
  byTheHour: 0.25,
} as const;

const TICKS_PER_DAY = 96;
const TICK_SECONDS = 900;
const DAYS_PER_MONTH = 30.4;
const SECONDS_PER_DAY = 86_400;
/** A tick should be over well before the next. */
const TICK_SHARE = 0.5;
const APP_POOL = 10;
const QUEUE_POOL = 9;
const FEWEST = 2;

export interface Sizing {
  shops: number;
  connectors: number;
  /** One batch after the other. */
  tickSeconds: number;
  /** Of workers and the database together, over a day. */
  busyCores: number;
  workers: number;
  /** If every sync were reported by a pipeline, at the busiest. */
  reportsPerSecond: number;
  webProcesses: number;
  connections: number;
  resultsPerDay: number;
  gigabytes: number;
}

/** What a number of shops needs, by what was measured and assumed. */
export function sizeFor(shops: number): Sizing {
  const connectors = shops * assumed.connectorsPerShop;
  const syncsPerDay = connectors * assumed.syncsPerConnectorAndDay;
  const tickSeconds = (connectors * measured.tickMicrosPerConnector) / 1e6;
  const busySeconds = tickSeconds * TICKS_PER_DAY + (syncsPerDay * measured.syncMsPerConnector) / 1000;
  const busyCores = busySeconds / SECONDS_PER_DAY;
  const workers = Math.ceil(Math.max(busyCores * assumed.peak, tickSeconds / (TICK_SECONDS * TICK_SHARE)));
  const reportsPerSecond = (syncsPerDay / SECONDS_PER_DAY) * assumed.peak;
  const webProcesses = Math.max(FEWEST, Math.ceil(reportsPerSecond / measured.reportsPerSecond));
  const resultsPerDay =
    connectors * assumed.resultsPerTick * TICKS_PER_DAY + syncsPerDay * assumed.resultsPerSync;
  const daysKept = assumed.monthsKept * DAYS_PER_MONTH;
  const bytes =
    daysKept *
    (resultsPerDay * measured.bytesPerResult +
      syncsPerDay * measured.bytesPerRun +
      connectors * (measured.bytesPerDay + assumed.byTheHour * 24 * measured.bytesPerHour));
  return {
    shops,
    connectors,
    tickSeconds,
    busyCores,
    workers: Math.max(FEWEST, workers),
    reportsPerSecond,
    webProcesses,
    connections: webProcesses * APP_POOL + Math.max(FEWEST, workers) * (APP_POOL + QUEUE_POOL),
    resultsPerDay,
    gigabytes: bytes / 1e9,
  };
}

export const sizes = [100, 1_000, 10_000, 100_000];
export const columns = [
  "shops",
  "connectors",
  "a tick, s",
  "busy cores",
  "workers",
  "reports/s",
  "web processes",
  "connections",
  "results a day",
  "13 months, GB",
];

export function rowFor(shops: number): string[] {
  const size = sizeFor(shops);
  const whole = (number: number) => Math.round(number).toLocaleString("en");
  return [
    whole(size.shops),
    whole(size.connectors),
    size.tickSeconds.toFixed(1),
    size.busyCores.toFixed(2),
    whole(size.workers),
    size.reportsPerSecond.toFixed(1),
    whole(size.webProcesses),
    whole(size.connections),
    whole(size.resultsPerDay),
    whole(size.gigabytes),
  ];
}

/** `npm run bench -- model`, or `model 5000 20000`: what numbers of shops need. Measures nothing. */
export async function run(args: string[]): Promise<void> {
  console.log(`From figures of ${measured.on}.`);
  printTable(columns, (args.length > 0 ? args.map(Number) : sizes).map(rowFor));
}
