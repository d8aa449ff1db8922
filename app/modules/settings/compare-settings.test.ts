import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareWindows, mergeChanges, sameContent } from "./compare-settings.ts";
import type { ExpectedWindow, SettingsContent } from "./settings.ts";

const window = (id: string, note = ""): ExpectedWindow => ({
  id,
  connectorId: null,
  kind: "sale",
  startDay: "2026-11-27",
  endDay: "2026-12-01",
  note,
});
const content = (windows: ExpectedWindow[], notices = {}): SettingsContent => ({
  notices: { problemSolved: true, backfillFinished: true, syncFailedToStart: true, ...notices },
  windows,
});

it("finds what has to be written", () => {
  expect(
    compareWindows(
      [window("same"), window("changed"), window("gone")],
      [window("new"), window("changed", "!"), window("same")],
    ),
  ).toEqual({ kept: [window("new"), window("changed", "!")], removed: [window("gone")] });
});

it("takes the order of windows for nothing", () => {
  expect(sameContent(content([window("a"), window("b")]), content([window("b"), window("a")]))).toBe(true);
});

describe("what somebody else saved, with my changes on top", () => {
  const base = [window("a")];
  it.each([
    ["both added", base, [window("a"), window("m")], [window("a"), window("t")], ["a", "m", "t"]],
    ["I removed what they left", base, [], base, []],
    ["they removed what I left", base, base, [], []],
    ["I changed what they left", base, [window("a", "mine")], base, ["a mine"]],
    ["they changed what I left", base, base, [window("a", "theirs")], ["a theirs"]],
    ["both changed it", base, [window("a", "mine")], [window("a", "theirs")], ["a mine"]],
    ["I removed what they changed", base, [], [window("a", "theirs")], ["a theirs"]],
    ["they removed what I changed", base, [window("a", "mine")], [], ["a mine"]],
    ["both removed it", base, [], [], []],
  ])("%s", (_, before, mine, theirs, merged) => {
    const { windows } = mergeChanges(content(before), content(mine), content(theirs));
    expect(windows.map(({ id, note }) => `${id} ${note}`.trim())).toEqual(merged);
  });

  it("keeps each side's choices", () => {
    const merged = mergeChanges(
      content([]),
      content([], { problemSolved: false }),
      content([], { backfillFinished: false }),
    );
    expect(merged.notices).toEqual({
      problemSolved: false,
      backfillFinished: false,
      syncFailedToStart: true,
    });
  });

  const anyContent = fc
    .tuple(
      fc.uniqueArray(fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.constantFrom("", "x", "y")), {
        selector: ([id]) => id,
      }),
      fc.boolean(),
    )
    .map(([windows, problemSolved]) =>
      content(
        windows.map(([id, note]) => window(id, note)),
        { problemSolved },
      ),
    );

  it("is theirs when I changed nothing, mine when they did not, and holds everything that either side changed", () => {
    fc.assert(
      fc.property(anyContent, anyContent, anyContent, (before, mine, theirs) => {
        expect(sameContent(mergeChanges(before, before, theirs), theirs)).toBe(true);
        expect(sameContent(mergeChanges(before, mine, before), mine)).toBe(true);
        const merged = new Map(mergeChanges(before, mine, theirs).windows.map((one) => [one.id, one]));
        for (const changed of compareWindows(before.windows, mine.windows).kept)
          expect(merged.get(changed.id)).toEqual(changed);
        for (const { id } of compareWindows(before.windows, theirs.windows).kept)
          expect(merged.has(id)).toBe(true);
      }),
    );
  });
});
