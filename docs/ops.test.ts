import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

interface Target {
  refId: string;
  expr: string;
  legendFormat: string;
  datasource: { type: string; uid: string };
}
interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: { type: string; uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  fieldConfig?: { defaults: { unit?: string; thresholds?: { steps: { value: number | null }[] } } };
  targets?: Target[];
}
interface Variable {
  name: string;
  label: string;
  type: string;
  query: string | { query: string };
  datasource?: { uid: string };
  multi?: boolean;
  includeAll?: boolean;
  allValue?: string;
  refresh?: number;
}
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's
const DATASOURCE = "${datasource}";
const dashboard = JSON.parse(read("ops/grafana/sync-health-overview.json")) as {
  title: string;
  uid: string;
  editable: boolean;
  schemaVersion: number;
  panels: Panel[];
  templating: { list: Variable[] };
};
interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}
const rules = (parse(read("ops/prometheus/rules.yml")) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const panels = dashboard.panels.filter(({ type }) => type !== "row");
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ refId, expr }): [string, string] => [`${title} ${refId}`, expr]),
);

/** Rows of the table of metrics: rendered name, kind, and whether each process tells its own. */
const metrics = [
  ...read("docs/observability.md").matchAll(/^\| `(\w+)` +\| (\w+) +\|[^|]*\| (.*?) +\|$/gm),
].map(([, name, kind, meaning]) => ({
  name: name!,
  kind: kind!,
  isOwn: meaning!.startsWith("of this process"),
}));
const namesOf = ({ name, kind }: { name: string; kind: string }) =>
  kind === "histogram" ? ["bucket", "sum", "count"].map((part) => `${name}_${part}`) : [name];
const known = new Map(metrics.flatMap((metric) => namesOf(metric).map((name) => [name, metric])));

/** The selectors of an expression: metric, labels, range. */
const selectorsOf = (expr: string) =>
  [...expr.matchAll(/\b([a-z]+_[a-z_0-9]+|up)\b(?!\s*\()(\{[^}]*\})?(\[[^\]]+\])?/g)]
    .map(([, metric, labels = "", range = ""]) => ({ metric: metric!, labels, range }))
    .filter(
      ({ metric }) => metric === "up" || known.has(metric) || /^(dq|http|db|process|nodejs)_/.test(metric),
    );

const maximum = /max by \([a-z_, ]+\) \((?:(?:rate|increase)\()?[a-z_0-9]+(?:\{[^}]*\})?(?:\[[^\]]+\]\))?\)/g;

/** Shared numbers whose maximum over instances is not taken right where they are read. */
const sharedWithoutMax = (expr: string): string[] =>
  selectorsOf(expr.replaceAll(/\s+/g, " ").replaceAll(maximum, ""))
    .map(({ metric }) => metric)
    .filter((metric) => known.get(metric)?.isOwn === false);

const isBalanced = (text: string) => {
  const open: string[] = [];
  const pairs: Record<string, string> = { ")": "(", "]": "[", "}": "{" };
  for (const sign of text.replaceAll(/"(?:[^"\\]|\\.)*"/g, "")) {
    if ("([{".includes(sign)) open.push(sign);
    else if (sign in pairs && open.pop() !== pairs[sign]) return false;
  }
  return open.length === 0;
};

it("the table of metrics is found, with the names of the contract", () => {
  expect(metrics.length).toBeGreaterThan(30);
  for (const name of [
    "dq.freshness_check.duration_seconds",
    "dq.freshness_check.failures_total",
    "dq.anomaly_check.detections_total",
    "dq.incident.created_total",
    "dq.incident.resolved_total",
    "dq.backfill.requested_total",
    "dq.backfill.completed_total",
  ])
    expect(metrics.map((metric) => metric.name)).toContain(name.replaceAll(".", "_"));
});

describe("the dashboard keeps the rules of Grafana's dashboard-linter", () => {
  it("is called as it should be, and is changed in the repository only", () => {
    expect(dashboard).toMatchObject({
      title: "Sync Health Overview",
      uid: "sync-health-overview",
      editable: false,
    });
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(41);
  });

  it("has one templated data source, and variables for job and instance that read it", () => {
    const { list } = dashboard.templating;
    expect(list.filter(({ type }) => type === "datasource")).toEqual([
      expect.objectContaining({ name: "datasource", label: "Data Source", query: "prometheus" }),
    ]);
    for (const [name, label] of [
      ["job", "Job"],
      ["instance", "Instance"],
    ])
      expect(list.find((variable) => variable.name === name)).toMatchObject({
        label,
        type: "query",
        datasource: { uid: DATASOURCE },
        multi: true,
        includeAll: true,
        allValue: ".+",
        refresh: 2,
        query: { query: expect.stringMatching(new RegExp(`^label_values\\(\\w+(\\{.*\\})?, ${name}\\)$`)) },
      });
  });

  it.each(panels.map((panel) => [panel.title, panel] as const))(
    "%s: title, description, unit, data source, targets",
    (_, panel) => {
      expect(panel.title).toMatch(/\S/);
      expect(panel.description).toMatch(/\.$/);
      expect(["short", "s", "reqps", "percentunit", "bytes"]).toContain(panel.fieldConfig?.defaults.unit);
      expect(panel.datasource).toEqual({ type: "prometheus", uid: DATASOURCE });
      expect(panel.targets?.length).toBeGreaterThan(0);
      for (const target of panel.targets ?? []) expect(target.datasource).toEqual(panel.datasource);
      if (panel.type === "stat")
        expect(panel.fieldConfig?.defaults.thresholds?.steps.length).toBeGreaterThanOrEqual(1);
    },
  );

  it("says each thing once, and no panel lies on another", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(queries.map(([name]) => name)).size).toBeGreaterThan(40);
    const taken = new Set<string>();
    for (const { title, gridPos } of dashboard.panels)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(x, title).toBeLessThan(24);
          expect(taken.has(`${x},${y}`), title).toBe(false);
          taken.add(`${x},${y}`);
        }
  });

  it.each(queries)("%s: well formed, of job and instance, over the rate interval", (_, expr) => {
    expect(isBalanced(expr)).toBe(true);
    const selectors = selectorsOf(expr);
    expect(selectors.length).toBeGreaterThan(0);
    for (const { metric, labels, range } of selectors) {
      expect(known.has(metric), metric).toBe(true);
      expect(labels).toContain('job=~"$job"');
      expect(labels).toContain('instance=~"$instance"');
      const isCounter = known.get(metric)!.kind !== "gauge";
      expect(range).toBe(isCounter ? "[$__rate_interval]" : "");
    }
    expect(sharedWithoutMax(expr)).toEqual([]);
  });

  it("shows every metric that says how the product does", () => {
    const shown = new Set(
      queries.flatMap(([, expr]) => selectorsOf(expr).map(({ metric }) => known.get(metric)!.name)),
    );
    expect(metrics.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([
      "process_start_time_seconds",
    ]);
  });
});

describe("a query that adds up what every process tells", () => {
  it.each([
    ['sum by (severity) (increase(dq_incident_created_total{job="a"}[5m]))', 1],
    ["sum(dq_queue_jobs)", 1],
    ["dq_queue_oldest_job_seconds > 1", 1],
    ["sum by (severity) (max by (severity) (increase(dq_incident_created_total[5m])))", 0],
    ["max by (job) (dq_queue_jobs) / sum(dq_queue_jobs)", 1],
    ["sum by (instance) (db_client_connections)", 0],
  ])("%s: %i", (expr, found) => {
    expect(sharedWithoutMax(expr)).toHaveLength(found);
  });
});

describe("each alarm", () => {
  const runbook = read("docs/runbook.md");
  const sections = new Map(
    runbook
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.split("\n")[0]!, section]),
  );
  const tested = read("ops/prometheus/rules.test.yml");

  it("has its entry in the runbook, in the same order, and the runbook no other", () => {
    expect([...sections.keys()]).toEqual(rules.map(({ alert }) => alert));
  });

  it.each(rules.map((rule) => [rule.alert, rule] as const))("%s", (alert, rule) => {
    expect(["critical", "warning"]).toContain(rule.labels.severity);
    expect(rule.annotations.summary).toMatch(/\.$/);
    expect(rule.annotations.description).toMatch(/\.$/);
    expect(rule.annotations.runbook_url).toMatch(new RegExp(`/docs/runbook\\.md#${alert.toLowerCase()}$`));
    const section = sections.get(alert)!;
    expect(section).toContain(`\`${rule.labels.severity}\``);
    for (const part of ["**How to see.**", "**What to do.**", "\n- "]) expect(section).toContain(part);
    expect(isBalanced(rule.expr)).toBe(true);
    for (const { metric } of selectorsOf(rule.expr))
      expect(metric === "up" || known.has(metric), metric).toBe(true);
    if (!rule.expr.startsWith("absent")) expect(sharedWithoutMax(rule.expr)).toEqual([]);
    expect(tested).toContain(`count by (alertname) (ALERTS{alertname="${alert}",alertstate="firing"})`);
  });

  it("names in the runbook are the dashboard's panels, and other alarms that there are", () => {
    const panelTitles = panels.map(({ title }) => title);
    const named = [...runbook.matchAll(/\bpanels? ((?:_[^_]+_(?:, | and )?)+)/g)].flatMap(([, list]) =>
      [...list!.matchAll(/_([^_]+)_/g)].map(([, title]) => title!),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((title) => !panelTitles.includes(title))).toEqual([]);
    const alarms = [...runbook.matchAll(/SyncHealth\w+/g)].map(([name]) => name);
    expect(alarms.filter((name) => !sections.has(name))).toEqual([]);
  });
});
