import { expect, test } from "vitest";
import { scoreOf } from "./scores.ts";

const limits = { warning: 2, alert: 4 };

test.each([
  [-1, 0],
  [Number.NaN, 0],
  [0, 0],
  [1, 0.25],
  [2, 0.5],
  [3, 0.75],
  [4, 1],
  [8, 2],
])("evidence %d scores %d", (evidence, score) => expect(scoreOf(evidence, limits)).toBe(score));
