import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSettings } from "./read-settings.ts";

const everything = { problemSolved: true, backfillFinished: true, syncFailedToStart: true };

describe("readSettings", () => {
  it.each([
    ["nothing stored", null, everything],
    ["no choices", {}, everything],
    ["a list", [], everything],
    ["choices that are no object", { notices: "all" }, everything],
    ["one choice", { notices: { backfillFinished: false } }, { ...everything, backfillFinished: false }],
    [
      "a choice that is no boolean",
      { notices: { problemSolved: "no", syncFailedToStart: false } },
      { ...everything, syncFailedToStart: false },
    ],
    ["more than is known", { notices: { ...everything, weather: true }, theme: "dark" }, everything],
  ])("reads %s", (_, stored, notices) => expect(readSettings(stored)).toEqual({ notices }));

  it("survives whatever is stored", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (stored) => {
        for (const choice of Object.values(readSettings({ notices: stored }).notices))
          expect(typeof choice).toBe("boolean");
        expect(Object.keys(readSettings(stored).notices)).toHaveLength(3);
      }),
    );
  });
});
