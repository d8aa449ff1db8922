import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { envShape } from "#app/platform/env.server.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const section = /^## Configuration$([\s\S]*?)^## /m.exec(readme)?.[1] ?? "";
const rows = [...section.matchAll(/^\| `(\w+)` +\| (.+?) +\| (.+?) +\|$/gm)].map(
  ([, name, fallback, purpose]) => ({ name: name!, fallback: fallback!, purpose: purpose! }),
);

test("the README's table has every variable the app reads, and no other", () => {
  expect(rows.map(({ name }) => name).sort()).toEqual(
    ["DATABASE_OWNER_URL", ...Object.keys(envShape)].sort(),
  );
});

test.each(Object.entries(envShape))("%s stands there with its default", (name, schema) => {
  const unset = schema.safeParse(undefined);
  const fallback = unset.success ? (unset.data === undefined ? "unset" : `\`${unset.data}\``) : "required";
  expect(rows.find((row) => row.name === name)?.fallback).toBe(fallback);
});
