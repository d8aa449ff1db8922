import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { retentionRules } from "#app/modules/retention/retention-rules.ts";

test("docs/retention.md names every table that has a rule", () => {
  const text = readFileSync(new URL("retention.md", import.meta.url), "utf8");
  expect(Object.keys(retentionRules).filter((table) => !text.includes(`\`${table}\``))).toEqual([]);
});
