import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { RunningDemo } from "./support/demo.ts";
import { hasPrometheus, promtool, type RunningPrometheus, startPrometheus } from "./support/prometheus.ts";
import { startSeededDemo } from "./support/seeded-demo.ts";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
/** The contract's names, as Prometheus has them. */
const counters = [
  "dq_freshness_check_duration_seconds_count",
  "dq_freshness_check_failures_total",
  "dq_anomaly_check_detections_total",
  "dq_incident_created_total",
  "dq_incident_resolved_total",
  "dq_backfill_requested_total",
  "dq_backfill_completed_total",
];

if (!hasPrometheus)
  console.warn(
    "Prometheus is not installed: its tests of metrics and alarms are left out. Debian: sudo apt-get install -y --no-install-recommends prometheus",
  );
const withPrometheus = test.skipIf(!hasPrometheus);

describe.skipIf(!hasPrometheus)("promtool says that", () => {
  test.each([
    ["the configuration is right", ["check", "config", "prometheus.yml"]],
    ["the rules are right", ["check", "rules", "rules.yml"]],
    ["each alarm fires when it should, and not otherwise", ["test", "rules", "rules.test.yml"]],
  ])("%s", async (_, args) => {
    const { code, output } = await promtool(args);
    expect(code, output).toBe(0);
  });
});

describe("a scripted day of the demo, seen by a real Prometheus", () => {
  const source = "shopify_orders";
  let demo: RunningDemo;
  let prometheus: RunningPrometheus;
  let shop: string;
  let before: Map<string, number>;

  beforeAll(async () => {
    demo = await startSeededDemo();
    shop = (await demo.shops()).find(({ state }) => state === "healthy")!.shop;
    before = await scrape();
    if (!hasPrometheus) return;
    prometheus = await startPrometheus(new URL(demo.metricsUrl).host, (rules) =>
      rules
        .replaceAll(/for: \d+[mh]/g, "for: 1s")
        .replace("heartbeat_age_seconds) > 60", "heartbeat_age_seconds) > 12"),
    );
  });
  afterAll(async () => {
    await prometheus?.stop();
    await demo?.interrupt();
    demo?.erase();
  });

  /** Every series of `/metrics`, by its name and labels. */
  async function scrape(): Promise<Map<string, number>> {
    const text = await (await fetch(demo.metricsUrl)).text();
    return new Map(
      text.split("\n").flatMap((line) => {
        const [, series, value] = /^(\w+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
        return series ? [[series, Number(value)]] : [];
      }),
    );
  }
  const eventually = (assertion: () => Promise<void>, timeout = 30_000) =>
    vi.waitFor(assertion, { timeout, interval: 250 });
  const more = async (series: string) =>
    ((await scrape()).get(series) ?? Number.NaN) - (before.get(series) ?? 0);
  const daysAgo = (days: number): string =>
    new Date(Date.now() - days * 86_400_000).toLocaleDateString("en-CA", { timeZone: "America/New_York" });

  test("counts what happens: late, well again, failing, rows lost, refilled, a stranger's report", async () => {
    const zero = await scrape();
    for (const name of counters)
      expect(
        [...zero.keys()].some((series) => series.startsWith(name)),
        name,
      ).toBe(true);

    await demo.scenario({ shop, source, kind: "stale", minutes: 500 });
    await demo.runChecks();
    await eventually(async () => {
      expect(
        await more('dq_freshness_check_failures_total{source="shopify_orders",severity="critical"}'),
      ).toBe(1);
      expect(await more('dq_incident_created_total{severity="critical"}')).toBe(1);
      expect(await more('dq_alert_deliveries_total{channel="slack",outcome="sent"}')).toBeGreaterThanOrEqual(
        1,
      );
      expect(
        await more('dq_alert_deliveries_total{channel="pagerduty",outcome="sent"}'),
      ).toBeGreaterThanOrEqual(1);
    });
    await demo.scenario({ shop, source, kind: "recover" });
    await eventually(async () => {
      expect(await more('dq_incident_resolved_total{severity="critical",how="auto"}')).toBe(1);
    });

    await demo.scenario({ shop, source: "klaviyo", kind: "fail" });
    await eventually(async () => {
      expect(await more('dq_incident_created_total{severity="warning"}')).toBeGreaterThanOrEqual(1);
    });
    await demo.scenario({ shop, source: "klaviyo", kind: "recover" });

    const days = [6, 5, 4, 3, 2].map(daysAgo);
    await demo.scenario({ shop, source, kind: "lose_rows", days, share: 0.4 });
    await demo.runChecks();
    await demo.runChecks();
    await eventually(async () => {
      const found = await Promise.all(
        ["warning", "high", "critical"].map((severity) =>
          more(`dq_anomaly_check_detections_total{check="row_count_drop",severity="${severity}"}`),
        ),
      );
      expect(Math.max(...found)).toBeGreaterThanOrEqual(1);
    });
    const { id } = (await demo.summary(shop)).connectors.find((connector) => connector.source === source)!;
    const asked = await demo.api(shop, `/api/sync-health/connectors/${id}/backfill`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ startDate: days[0], endDate: days.at(-1) }),
    });
    expect(asked.status).toBe(202);
    expect(
      (
        await fetch(`${demo.appUrl}/api/ingest/sync-runs`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: "{}",
        })
      ).status,
    ).toBe(401);
    await eventually(async () => {
      expect(await more('dq_backfill_requested_total{source="shopify_orders"}')).toBe(1);
      expect(await more('dq_backfill_completed_total{outcome="completed"}')).toBe(1);
      expect(await more('dq_ingest_reports_total{door="push",outcome="unauthenticated"}')).toBe(1);
    }, 60_000);
  });

  withPrometheus(
    "is told in Prometheus under the contract's names, with the values that /metrics says",
    async () => {
      for (const name of counters)
        await eventually(async () => {
          const told = (await prometheus.query(`sum(${name})`))[0]?.value;
          const said = [...(await scrape())].filter(([series]) => series.split("{")[0] === name);
          expect(said.length, name).toBeGreaterThan(0);
          expect(told, name).toBe(said.reduce((sum, [, value]) => sum + value, 0));
        });
      // What was counted since the first scrape is seen as an increase.
      const [{ value: increase } = { value: 0 }] = await prometheus.query(
        'sum(increase(dq_backfill_completed_total{outcome="completed"}[5m]))',
      );
      expect(increase).toBeGreaterThan(0.5);
    },
  );

  withPrometheus("has exactly the metrics that docs/observability.md explains, well named", async () => {
    const explained = [
      ...read("docs/observability.md").matchAll(/^\| `(\w+)` +\| (counter|gauge|histogram) /gm),
    ].map(([, name]) => name!);
    await eventually(async () => {
      const names = (await prometheus.metricNames()).map((name) =>
        name.replace(/_seconds_(bucket|sum|count)$/, "_seconds"),
      );
      expect([...new Set(names)].sort()).toEqual([...explained].sort());
    });
    const { code, output } = await promtool(
      ["check", "metrics"],
      await (await fetch(demo.metricsUrl)).text(),
    );
    expect(output.trim()).toBe("");
    expect(code).toBe(0);
  });

  withPrometheus("fills every panel of the dashboard", async () => {
    const { panels } = JSON.parse(read("ops/grafana/sync-health-overview.json")) as {
      panels: { title: string; targets?: { expr: string }[] }[];
    };
    const queries = panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({
        title,
        expr: expr.replaceAll(/\$(job|instance)\b/g, ".+").replaceAll("$__rate_interval", "20s"),
      })),
    );
    expect(queries.length).toBeGreaterThan(40);
    const empty: string[] = [];
    for (const { title, expr } of queries) {
      expect(expr).not.toContain("$");
      if ((await prometheus.query(expr)).length === 0) empty.push(`${title}: ${expr}`);
    }
    expect(empty).toEqual([]);
  });

  withPrometheus("alarms when the worker hangs, and not before or after", async () => {
    expect(await prometheus.firing()).not.toContain("SyncHealthNoWorker");
    const worker = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" })
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .find(
        ([, parent, ...args]) =>
          Number(parent) === demo.process.pid && args.join(" ").endsWith("jobs/worker.ts"),
      );
    const pid = Number(worker?.[0]);
    expect(pid).toBeGreaterThan(0);
    // Killed, it would take the demo with it. Stopped, it says as little.
    process.kill(pid, "SIGSTOP");
    try {
      await eventually(async () => expect(await prometheus.firing()).toContain("SyncHealthNoWorker"));
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await eventually(async () => expect(await prometheus.firing()).not.toContain("SyncHealthNoWorker"));
    const others = (await prometheus.firing()).filter((name) => !["SyncHealthReportsRefused"].includes(name));
    expect(others).toEqual([]);
  });
});
