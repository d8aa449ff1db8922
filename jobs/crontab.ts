import { type ParsedCronItem, parseCronItems } from "graphile-worker";

/** When recurring tasks run, in UTC. A tick missed while no worker ran is made up once, not many times. */
export const crontab: ParsedCronItem[] = parseCronItems([
  {
    task: "dq.run",
    match: "*/15 * * * *",
    identifier: "dq.run",
    options: { backfillPeriod: 15 * 60_000, maxAttempts: 3 },
  },
  {
    task: "airbyte.poll",
    match: "*/5 * * * *",
    identifier: "airbyte.poll",
    options: { backfillPeriod: 5 * 60_000, maxAttempts: 1 },
  },
  {
    task: "alerts.sweep",
    match: "* * * * *",
    identifier: "alerts.sweep",
    options: { backfillPeriod: 60_000, maxAttempts: 1 },
  },
  {
    task: "backfills.sweep",
    match: "* * * * *",
    identifier: "backfills.sweep",
    options: { backfillPeriod: 60_000, maxAttempts: 1 },
  },
  {
    task: "airbyte.discover",
    match: "7 * * * *",
    identifier: "airbyte.discover",
    options: { backfillPeriod: 3_600_000, maxAttempts: 1 },
  },
  {
    task: "shops.refresh_profiles",
    match: "23 * * * *",
    identifier: "shops.refresh_profiles",
    options: { backfillPeriod: 3_600_000, maxAttempts: 3 },
  },
  {
    task: "retention.partitions",
    match: "30 2 * * *",
    identifier: "retention.partitions",
    options: { backfillPeriod: 24 * 3_600_000, maxAttempts: 5 },
  },
  {
    task: "retention.cleanup",
    match: "0 3 * * *",
    identifier: "retention.cleanup",
    // After whatever is about somebody's data right now.
    options: { backfillPeriod: 24 * 3_600_000, maxAttempts: 3, priority: 10 },
  },
]);
