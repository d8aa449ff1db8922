import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { restAfterFailure } from "./retrying.ts";

describe("after the n-th failure in a row a channel rests", () => {
  it.each([
    [1, 2],
    [2, 4],
    [3, 8],
    [4, 16],
    [5, 32],
    [6, 64],
    [7, 128],
    [8, 256],
    [9, 300],
    [10, 300],
    [1_000_000, 300],
  ])("%i: %i seconds", (failures, seconds) => {
    expect(restAfterFailure(failures, "backoff", 0)).toBe(seconds * 1000);
  });

  it("up to a quarter longer, at random, in whole milliseconds", () => {
    expect(restAfterFailure(1, "backoff", 0.5)).toBe(2_250);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, random) => {
          const shortest = restAfterFailure(n, "backoff", 0);
          const rest = restAfterFailure(n, "backoff", random);
          return Number.isInteger(rest) && rest >= shortest && rest <= shortest * 1.25;
        },
      ),
    );
  });
});

describe("a time that the channel names", () => {
  it("is never shortened, whatever chance says and however often it failed, and at most half a second longer", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 86_400 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, afterSeconds, random) => {
          const rest = restAfterFailure(failures, { afterSeconds }, random);
          return rest >= afterSeconds * 1000 && rest <= afterSeconds * 1000 + 500;
        },
      ),
    );
  });

  it("of nothing at all is a second: nobody is asked without a pause", () => {
    expect(restAfterFailure(1, { afterSeconds: 0 }, 0)).toBe(1000);
  });
});
