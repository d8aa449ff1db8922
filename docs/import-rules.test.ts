import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ICruiseResult } from "dependency-cruiser";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What each room may import, one line each. */
const allowed: [from: string, imports: string[]][] = [
  [
    "app/routes/app._index.tsx",
    [
      "#app/ui/card.tsx",
      "#app/modules/health/load-home.server.ts",
      "#app/platform/log.server.ts",
      "../shopify.server.ts",
      "../merchant.server.ts",
      "../openapi.ts",
      "express",
    ],
  ],
  [
    "app/ui/card.tsx",
    [
      "./badge.tsx",
      "#app/modules/health/score.ts",
      "@shopify/polaris",
      "react",
      "@remix-run/react",
      "d3-scale",
      "d3-shape",
    ],
  ],
  ["app/modules/health/score.ts", ["../severity.ts", "#app/platform/errors.ts", "zod", "temporal-polyfill"]],
  [
    "app/modules/health/load-home.server.ts",
    [
      "./score.ts",
      "../shops/shops.store.server.ts",
      "#app/integrations/airbyte/client.ts",
      "#app/platform/db.server.ts",
      "#jobs/catalog.ts",
      "node:crypto",
      "p-queue",
    ],
  ],
  ["app/integrations/airbyte/client.ts", ["./token.ts", "#app/platform/log.server.ts", "zod"]],
  ["app/integrations/shopify-flow/flow-trigger.ts", ["../shopify/admin-api.ts"]],
  [
    "app/platform/db.server.ts",
    ["#prisma/generated/client.ts", "./log.server.ts", "#jobs/catalog.ts", "pg", "@prisma/adapter-pg"],
  ],
  [
    "jobs/tasks/dq.run.ts",
    [
      "../define-task.ts",
      "../catalog.ts",
      "#app/modules/health/load-home.server.ts",
      "#app/platform/log.server.ts",
    ],
  ],
  ["jobs/worker.ts", ["./tasks/dq.run.ts", "./catalog.ts", "#app/platform/log.server.ts"]],
  ["app/merchant.server.ts", ["./shopify.server.ts", "./modules/shops/shops.store.server.ts"]],
  ["app/server.ts", ["express", "type #app/platform/db.server.ts"]],
  ["demo/start.ts", ["./seed.ts", "#app/modules/severity.ts", "#prisma/migrate-database.ts"]],
  ["e2e/home.test.ts", ["#demo/start.ts"]],
  ["app/routes/healthz.test.ts", ["./app._index.tsx", "#e2e/support/database.ts", "vitest"]],
];

/** What is refused, and exactly by which rules. */
const refused: [rules: string, from: string, imports: string][] = [
  ["routes", "app/routes/app.a.ts", "#app/integrations/airbyte/client.ts"],
  ["routes", "app/routes/app.b.ts", "../root.tsx"],
  ["ui", "app/ui/c.tsx", "#app/modules/health/load-home.server.ts"],
  ["ui", "app/ui/d.tsx", "#app/platform/log.server.ts"],
  ["ui-packages", "app/ui/e.tsx", "node:fs"],
  ["ui-packages", "app/ui/f.tsx", "express"],
  ["pure-modules", "app/modules/health/g.ts", "./load-home.server.ts"],
  ["pure-modules", "app/modules/health/h.ts", "type #app/platform/db.server.ts"],
  ["pure-modules", "app/modules/health/h2.ts", "#jobs/catalog.ts"],
  ["pure-modules-packages", "app/modules/health/i.ts", "node:crypto"],
  ["pure-modules-packages", "app/modules/health/j.ts", "pino"],
  ["server-modules", "app/modules/health/k.server.ts", "#app/ui/card.tsx"],
  ["server-modules", "app/modules/health/l.server.ts", "#app/shopify.server.ts"],
  ["integrations", "app/integrations/slack/m.ts", "#app/modules/severity.ts"],
  ["integrations", "app/integrations/slack/n.ts", "#app/integrations/airbyte/client.ts"],
  ["integrations", "app/integrations/shopify-flow/n2.ts", "#app/integrations/airbyte/client.ts"],
  ["platform", "app/platform/o.server.ts", "#app/modules/severity.ts"],
  ["platform", "app/platform/p.ts", "type #app/shopify.server.ts"],
  ["tasks", "jobs/tasks/q.ts", "#app/integrations/airbyte/client.ts"],
  ["tasks", "jobs/tasks/r.ts", "../worker.ts"],
  ["jobs", "jobs/s.ts", "#app/shopify.server.ts"],
  ["shell", "app/root.tsx", "#app/integrations/airbyte/client.ts"],
  ["server-takes-the-bundle", "app/server.ts", "#app/platform/log.server.ts"],
  ["migrations-stand-alone", "prisma/u.ts", "#app/platform/log.server.ts"],
  ["nobody-imports-the-demo", "bench.config.ts", "#demo/start.ts"],
  ["nobody-imports-tests", "build.config.ts", "#e2e/support/database.ts"],
  ["resolves", "demo/v.ts", "#app/platform/missing.ts"],
  ["ships-with-its-packages", "app/routes/app.w.ts", "fast-check"],
  ["app-sees-only-the-catalog-of-jobs routes", "app/routes/app.x.ts", "#jobs/worker.ts"],
  ["app-sees-only-the-catalog-of-jobs platform", "app/platform/x2.ts", "#jobs/worker.ts"],
  ["prisma-client-in-platform routes", "app/routes/app.y.ts", "#prisma/generated/client.ts"],
  ["prisma-client-in-platform", "app/modules/health/y2.server.ts", "pg"],
  ["prisma-client-in-platform", "app/modules/health/y3.server.ts", "@prisma/adapter-pg"],
  ["nobody-imports-a-route routes", "app/routes/app.z.ts", "./app._index.tsx"],
  ["jobs nobody-imports-a-route", "jobs/z2.ts", "#app/routes/app._index.tsx"],
  ["nobody-imports-the-demo server-modules", "app/modules/health/z3.server.ts", "#demo/start.ts"],
  ["nobody-imports-tests tasks", "jobs/tasks/z4.ts", "#e2e/support/database.ts"],
  ["nobody-imports-tests", "demo/z5.ts", "./z6.test.ts"],
  ["catalog", "jobs/catalog.ts", "./define-task.ts"],
  ["no-cycles", "app/modules/cycle/one.ts", "type ./two.ts"],
  ["no-cycles", "app/modules/cycle/two.ts", "type ./one.ts"],
];

const folder = realpathSync(mkdtempSync(join(tmpdir(), "sync-health-import-rules-")));
const planted = new Map<string, Set<string>>();
const verdicts = new Map<string, string>();

beforeAll(() => {
  for (const [from, specifiers] of allowed) for (const specifier of specifiers) plant(from, specifier);
  for (const [, from, specifier] of refused) plant(from, specifier);
  for (const [file, specifiers] of planted) {
    const lines = [...specifiers].map((specifier, n) =>
      specifier.startsWith("type ")
        ? `import type { T as T${n} } from "${specifier.slice(5)}";`
        : `import * as m${n} from "${specifier}";\nconsole.log(m${n});`,
    );
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${lines.join("\n")}\nexport type T = string;\n`);
  }
  for (const name of ["package.json", "tsconfig.json", ".dependency-cruiser.js"])
    cpSync(join(root, name), join(folder, name));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));

  const depcruise = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const report = spawnSync(process.execPath, [depcruise, "--config", "--output-type", "json", "."], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 1e8,
  });
  const { modules } = JSON.parse(report.stdout) as ICruiseResult;
  for (const { source, dependencies } of modules) {
    for (const { module, rules } of dependencies) {
      for (const { severity } of rules ?? []) expect(severity).toBe("error");
      verdicts.set(
        `${source} → ${module}`,
        (rules ?? [])
          .map(({ name }) => name)
          .sort()
          .join(" "),
      );
    }
  }
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Notes an import to write; the file it names shall exist, unless its absence is the point. */
function plant(from: string, specifier: string): void {
  planted.set(from, (planted.get(from) ?? new Set()).add(specifier));
  const target = withoutType(specifier);
  const file = target.startsWith("#")
    ? target.slice(1)
    : target.startsWith(".")
      ? join(dirname(from), target)
      : null;
  if (file && !file.endsWith("missing.ts") && !planted.has(file)) planted.set(file, new Set());
}
const withoutType = (specifier: string) => specifier.replace(/^type /, "");
const verdict = (from: string, specifier: string) =>
  verdicts.get(`${from} → ${withoutType(specifier).replace(/^node:/, "")}`);

test.each(allowed)("%s may import %j", (from, specifiers) => {
  for (const specifier of specifiers) expect(verdict(from, specifier), specifier).toBe("");
});

test.each(refused)("%s: %s may not import %s", (rules, from, specifier) => {
  expect(verdict(from, specifier)).toBe(rules);
});

test("every rule has been broken here", async () => {
  const { default: config } = (await import(join(root, ".dependency-cruiser.js"))) as {
    default: { forbidden: { name: string }[] };
  };
  const broken = new Set(refused.flatMap(([rules]) => rules.split(" ")));
  expect([...broken].sort()).toEqual(config.forbidden.map(({ name }) => name).sort());
});
