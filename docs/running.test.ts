import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { columns, rowFor, sizes } from "../bench/model.ts";

test("docs/running.md has the table that the model makes", () => {
  const text = readFileSync(new URL("running.md", import.meta.url), "utf8");
  const [head, , ...rows] = text
    .slice(text.indexOf("<!-- npm run bench -- model -->"))
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(0, 2 + sizes.length)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(head).toEqual(columns);
  expect(rows).toEqual(sizes.map(rowFor));
});
