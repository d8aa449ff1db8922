import { expect, test } from "vitest";
import { judgeRise } from "./judge-rise.ts";

const FIRST = Date.parse("2026-06-01") / 86_400_000;
const dayOf = (i: number) => new Date((FIRST + i) * 86_400_000).toISOString().slice(0, 10);

/** Between 90 and 110 a day. */
const history = Array.from({ length: 100 }, (_, i) => ({ day: dayOf(i), value: 90 + ((i * 79) % 21) }));

test.each([
  ["an ordinary day", 104, false],
  ["twice an ordinary day", 204, true],
  ["as much, but odd: no whole day loaded twice", 205, false],
  ["ten times: a sale, not a double", 1000, false],
  ["half", 50, false],
  ["nothing", 0, false],
])("%s: %i", (_, value, looksDoubled) => {
  expect(judgeRise({ history, day: dayOf(100), value, isCount: true })).toMatchObject({
    state: "judged",
    looksDoubled,
  });
});

test("amounts are even in hundredths; little history is learning", () => {
  const amounts = history.map((known) => ({ ...known, value: known.value * 10.07 }));
  const judge = (value: number) => judgeRise({ history: amounts, day: dayOf(100), value, isCount: false });
  expect(judge(2014.02)).toMatchObject({ looksDoubled: true });
  expect(judge(2014.03)).toMatchObject({ looksDoubled: false });
  expect(judgeRise({ history: history.slice(0, 10), day: dayOf(100), value: 1, isCount: true })).toEqual({
    state: "learning",
  });
});
