import { expect, test } from "vitest";
import { judgeDay } from "./judge-day.ts";

const FIRST = Date.parse("2026-06-01") / 86_400_000;
const dayOf = (i: number) => new Date((FIRST + i) * 86_400_000).toISOString().slice(0, 10);

/** Between 90 and 110 a day. */
const history = Array.from({ length: 100 }, (_, i) => ({ day: dayOf(i), value: 90 + ((i * 79) % 21) }));

const judge = (value: number, suspectsDouble = true) =>
  judgeDay({ history, day: dayOf(100), value, isCount: true, suspectsDouble });

test.each([
  ["an ordinary day", 104, "usual"],
  ["twice an ordinary day", 204, "double"],
  ["as much, but odd: no whole day loaded twice", 205, "rise"],
  ["ten times: a sale, not a double", 1000, "rise"],
  ["half", 50, "drop"],
  ["nothing", 0, "zero"],
])("%s: %i", (_, value, kind) => {
  expect(judge(value)).toMatchObject({ state: "judged", kind });
});

test("is suspected only where asked, and is never an alert", () => {
  expect(judge(204, false)).toMatchObject({ kind: "rise" });
  for (let value = 150; value < 300; value += 2) {
    const verdict = judge(value);
    if (verdict.state !== "learning" && verdict.kind === "double") expect(verdict.tier).toBe("warning");
  }
});

test("amounts are even in hundredths", () => {
  const amounts = history.map((known) => ({ ...known, value: known.value * 10.07 }));
  const judgeAmount = (value: number) =>
    judgeDay({ history: amounts, day: dayOf(100), value, isCount: false, suspectsDouble: true });
  expect(judgeAmount(2014.02)).toMatchObject({ kind: "double" });
  expect(judgeAmount(2014.03)).toMatchObject({ kind: "rise" });
});
