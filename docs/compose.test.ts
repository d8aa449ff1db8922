import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { envShape } from "#app/platform/env.server.ts";

const root = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  env_file?: string;
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
}
const text = read("compose.yaml");
const compose = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, null>;
};
const example = [...read("ops/example.env").matchAll(/^(\w+)=$/gm)].map(([, name]) => name!);
const ours = ["web", "worker", "migrate"].map((name) => [name, compose.services[name]!] as const);

test("what it mounts from here is here, and every volume is declared", () => {
  const mounts = Object.values(compose.services).flatMap(({ volumes = [] }) =>
    volumes.map((one) => one.split(":")[0]!),
  );
  expect(mounts.filter((from) => from.startsWith("./") && !existsSync(new URL(from, root)))).toEqual([]);
  expect(mounts.filter((from) => !from.startsWith("./")).sort()).toEqual(Object.keys(compose.volumes).sort());
});

test("every variable that it asks for stands in the example", () => {
  const asked = [...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name!);
  expect([...new Set(asked)].filter((name) => !example.includes(name))).toEqual([]);
});

describe.each(ours)("%s", (name, service) => {
  test("has every variable that has no default, and none that nobody reads", () => {
    const required = Object.entries(envShape)
      .filter(([, schema]) => !schema.safeParse(undefined).success)
      .map(([variable]) => variable);
    const given = [...Object.keys(service.environment ?? {}), ...example];
    const wanted =
      name === "migrate" ? ["DATABASE_OWNER_URL", "DATABASE_URL", "QUEUE_DATABASE_URL"] : required;
    expect(wanted.filter((variable) => !given.includes(variable))).toEqual([]);
    expect(
      Object.keys(service.environment ?? {}).filter(
        (variable) => !(variable in envShape) && variable !== "DATABASE_OWNER_URL",
      ),
    ).toEqual([]);
  });

  test("starts a file that is here, and waits for what it needs", () => {
    const file = service.command?.at(-1);
    expect(file === undefined || existsSync(new URL(file, root))).toBe(true);
    expect(Object.keys(service.depends_on ?? {})).toEqual(name === "migrate" ? ["postgres"] : ["migrate"]);
  });
});

test("Prometheus looks where web tells its metrics, and Grafana where its dashboard is mounted", () => {
  const scraped = parse(read("ops/prometheus/prometheus.yml")).scrape_configs[0].static_configs[0].targets;
  expect(scraped).toEqual([`web:${compose.services.web!.environment!.METRICS_PORT}`]);
  const { path } = parse(read("ops/grafana/provisioning/dashboards/sync-health.yaml")).providers[0].options;
  expect(compose.services.grafana!.volumes!.some((one) => one.split(":")[1]!.startsWith(`${path}/`))).toBe(
    true,
  );
});
