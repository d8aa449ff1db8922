import fc from "fast-check";
import { expect, test } from "vitest";
import { shorten } from "./shorten.ts";

test.each([
  ["", ""],
  ["abcde", "abcde"],
  ["abcdef", "abcd…"],
  ["abc🚚", "abc🚚"],
  ["abc🚚d", "abc…"],
  ["ab🚚de", "ab🚚…"],
  ["a\ud83d", "a�"],
  ["\udc00\ud800", "��"],
])("%j in five is %j", (text, expected) => {
  expect(shorten(text, 5)).toBe(expected);
});

test("keeps the limit and whole characters, and as much as fits", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("a", "é", "🚚", "\ud83d", "\ude9a", "&", "\n")),
      fc.integer({ min: 1, max: 30 }),
      (parts, longest) => {
        const text = parts.join("");
        const short = shorten(text, longest);
        expect(short.length).toBeLessThanOrEqual(longest);
        expect(short.isWellFormed()).toBe(true);
        if (text.length <= longest) expect(short).toBe(text.toWellFormed());
        else {
          expect(short.length).toBeGreaterThanOrEqual(longest - 1);
          expect(text.toWellFormed().startsWith(short.slice(0, -1))).toBe(true);
        }
      },
    ),
  );
});
