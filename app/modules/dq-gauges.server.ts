import { db } from "#app/platform/db.server.ts";
import { gauges, type Reading } from "#app/platform/metrics.server.ts";
import { readQueueDepth } from "#app/platform/queue.server.ts";
import { BackfillStatus, isEnded } from "./backfills/backfill.ts";
import { Severity } from "./severity.ts";

// What stands somewhere at the moment, read from the database when somebody asks: the same from every process.

gauges(
  {
    "dq.queue.jobs": {
      description: "Jobs in the queue: ready, scheduled for later, running, or failed for good.",
    },
    "dq.queue.oldest_job_seconds": { description: "How long the oldest ready job has waited.", unit: "s" },
  },
  async () => {
    const { oldestReadySeconds, ...depth } = await readQueueDepth(db());
    return [
      ...Object.entries(depth).map(([state, value]) => ({
        name: "dq.queue.jobs" as const,
        value,
        labels: { state },
      })),
      { name: "dq.queue.oldest_job_seconds", value: oldestReadySeconds },
    ];
  },
);

gauges(
  {
    "dq.runner.heartbeat_age_seconds": {
      description: "How long ago the runner last finished a tick. Missing until it has finished one.",
      unit: "s",
    },
    "dq.runner.tick_seconds": {
      description: "How long the runner's last finished tick took, over all its batches.",
      unit: "s",
    },
    "dq.runner.unfinished_tick_seconds": {
      description: "How long the runner is at its newest tick; 0 when that is finished.",
      unit: "s",
    },
  },
  async () => {
    const [tick] = await db().$queryRaw<{ age: number | null; took: number | null; unfinished: number }[]>`
      SELECT extract(epoch FROM now() - max(finished_at))::float8 AS age,
        (SELECT extract(epoch FROM finished_at - started_at)::float8 FROM runner_ticks WHERE finished_at IS NOT NULL ORDER BY tick_at DESC LIMIT 1) AS took,
        coalesce((SELECT CASE WHEN finished_at IS NULL THEN extract(epoch FROM now() - started_at) END::float8
          FROM runner_ticks ORDER BY tick_at DESC LIMIT 1), 0) AS unfinished
      FROM runner_ticks`;
    return [
      ...(tick?.age == null ? [] : [{ name: "dq.runner.heartbeat_age_seconds" as const, value: tick.age }]),
      ...(tick?.took == null ? [] : [{ name: "dq.runner.tick_seconds" as const, value: tick.took }]),
      { name: "dq.runner.unfinished_tick_seconds", value: tick?.unfinished ?? 0 },
    ];
  },
);

gauges(
  {
    "dq.alert.channel_failures": {
      description: "Failures in a row of a channel that all shops share; 0 when it took the last notice.",
    },
    "dq.alert.channel_broken": {
      description: "Whether a channel refuses what it is sent, so that a person has to mend it.",
    },
  },
  async () => {
    const rows = await db().$queryRaw<{ channel: string; failures: number; broken: boolean }[]>`
      SELECT channel, failures_in_a_row AS failures, broken_since IS NOT NULL AS broken FROM alert_channels`;
    return rows.flatMap(({ channel, failures, broken }) => [
      { name: "dq.alert.channel_failures" as const, value: failures, labels: { channel } },
      { name: "dq.alert.channel_broken" as const, value: broken ? 1 : 0, labels: { channel } },
    ]);
  },
);

type OfAllShops =
  | "dq.shops"
  | "dq.incident.open"
  | "dq.airbyte.workspaces"
  | "dq.backfill.active"
  | "dq.backfill.oldest_seconds"
  | "dq.backfill.overdue_seconds"
  | "dq.alert.overdue_seconds";

const active = BackfillStatus.options.filter((status) => !isEnded(status));
/** How each is called in the database, and its label with every value that it can have. */
const ofAllShops: Record<string, { name: OfAllShops; label?: string; values?: readonly string[] }> = {
  shops: { name: "dq.shops" },
  open_incidents: { name: "dq.incident.open", label: "severity", values: Severity.options },
  workspaces: { name: "dq.airbyte.workspaces", label: "state", values: ["reachable", "unreachable"] },
  active_backfills: { name: "dq.backfill.active", label: "status", values: active },
  oldest_backfill_seconds: { name: "dq.backfill.oldest_seconds", label: "status", values: active },
  overdue_backfill_seconds: { name: "dq.backfill.overdue_seconds" },
  overdue_delivery_seconds: { name: "dq.alert.overdue_seconds" },
};

gauges(
  {
    "dq.shops": { description: "Shops that have the app installed." },
    "dq.incident.open": { description: "Incidents that are not resolved, by severity." },
    "dq.airbyte.workspaces": { description: "Airbyte workspaces, by whether the last poll reached them." },
    "dq.backfill.active": { description: "Backfills that have not ended, by status." },
    "dq.backfill.oldest_seconds": {
      description: "How long ago the oldest backfill of each status was asked for; 0 when there is none.",
      unit: "s",
    },
    "dq.backfill.overdue_seconds": {
      description: "How long a backfill's next step has waited for somebody to do it; 0 when none waits.",
      unit: "s",
    },
    "dq.alert.overdue_seconds": {
      description: "How long a notice has been due without having been sent; 0 when none is due.",
      unit: "s",
    },
  },
  async () => {
    const rows = await db().$queryRaw<{ measure: string; label: string; value: number }[]>`
      SELECT measure, label, value FROM count_for_metrics()`;
    return Object.entries(ofAllShops).flatMap(([measure, { name, label, values = [""] }]) =>
      values.map((value): Reading<OfAllShops> => {
        const row = rows.find((one) => one.measure === measure && one.label === value);
        return { name, value: row?.value ?? 0, ...(label ? { labels: { [label]: value } } : {}) };
      }),
    );
  },
);
