import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const [threats] = readFileSync(new URL("security.md", import.meta.url), "utf8").split("## Dependencies");
const lines = [...threats!.matchAll(/^\| (?!threat|---)(.+?) \| (.+?) \| (.+?) \|$/gm)].map(
  ([, threat, guard, shown]) => ({ threat: threat!, guard: guard!, shown: shown!.trim() }),
);

test("every threat names what shows that it is met", () => {
  expect(lines.length).toBeGreaterThan(20);
  const shown = lines.filter((line) => /^`[^`]+\.test\.ts`: /.test(line.shown));
  // Dependencies are looked at by CI.
  expect(lines.length - shown.length).toBe(1);
});

test.each(lines.filter(({ shown }) => shown.startsWith("`")).map(({ shown }) => shown))("%s", (shown) => {
  const [, file, title] = /^`([^`]+)`: (.+)$/.exec(shown)!;
  const source = readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
  expect(source).toContain(`"${title}"`);
});
