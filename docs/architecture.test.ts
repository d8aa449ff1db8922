import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const documents = [
  "README.md",
  "docs/architecture.md",
  "docs/alerts.md",
  "docs/observability.md",
  "docs/runbook.md",
  "docs/retention.md",
  ...readdirSync(`${root}docs/decisions`).map((name) => `docs/decisions/${name}`),
];

/** What a document writes as `code` and means as a place in this repository. */
const namedPaths = (text: string): string[] =>
  [...text.matchAll(/`((?:\.?[\w-]+\/)[\w./$-]*|[\w.-]+\.(?:ts|js|json|toml|md))`/g)]
    .map(([, path]) => path!)
    .filter(
      (path) =>
        /^(app|jobs|prisma|extensions|demo|e2e|bench|ops|docs|specs|\.ci)\//.test(path) ||
        (/^[\w.-]+\.\w+$/.test(path) && !path.startsWith("x.")),
    );

test.each(documents)("every path that %s names exists", (document) => {
  const text = readFileSync(`${root}${document}`, "utf8");
  expect(namedPaths(text).filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
});

test.each(documents)("every link in %s leads to a file", (document) => {
  const text = readFileSync(`${root}${document}`, "utf8");
  const folder = `${root}${document}`.replace(/[^/]+$/, "");
  const targets = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)].map(([, target]) => target!);
  expect(targets.filter((target) => !existsSync(`${folder}${target}`))).toEqual([]);
});

test("paths are really found in the architecture", () => {
  const found = namedPaths(readFileSync(`${root}docs/architecture.md`, "utf8"));
  expect(found.length).toBeGreaterThan(30);
  expect(found).toContain("app/platform/tenant.server.ts");
});
