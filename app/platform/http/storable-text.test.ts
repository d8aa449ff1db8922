import { expect, test } from "vitest";
import { findUnstorableText } from "./storable-text.ts";

const message = ["must be text, without zero bytes and broken characters"];

test.each([
  ["a zero byte", { reason: "a\0b" }, { reason: message }],
  ["half a pair", { reason: "\ud800" }, { reason: message }],
  ["deep inside", { data: { runs: [{}, { note: "\udc00" }] } }, { "data.runs.1.note": message }],
  ["the name of a field", { secrets: { "a\0": "b" } }, { secrets: message }],
  ["the whole", "\0", { body: message }],
])("%s is told by its field", (_, value, errors) => {
  expect(findUnstorableText(value, "body")).toEqual(errors);
});

test.each([{ reason: "Süß 🎈 \u{10ffff}" }, [], null, 3, { at: new Date(0) }])(
  "%j can be stored",
  (value) => {
    expect(findUnstorableText(value, "body")).toEqual({});
  },
);

test("however deep it is nested", () => {
  const deep = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
  expect(findUnstorableText(deep, "body")).toEqual({});
});
