import { describe, expect, it } from "vitest";
import { SaveSettings } from "./save-request.ts";

const id = "0b2e7a54-3c1d-4f5a-9a6b-7c8d9e0f1a2b";
const window = {
  id,
  connectorId: null,
  kind: "sale",
  startDay: "2026-11-27",
  endDay: "2026-12-01",
  note: "",
};
const request = {
  version: "v",
  notices: { problemSolved: true, backfillFinished: true, syncFailedToStart: false },
  windows: [window],
};

describe("SaveSettings", () => {
  it("takes what the page sends", () => expect(SaveSettings.parse(request)).toEqual(request));

  it.each([
    ["\u0000Black\u0000 Friday\n\n", "Black  Friday"],
    ["two\r\nlines", "two lines"],
    ["  ", ""],
  ])("makes one storable line of the note %j", (note, stored) => {
    const { windows } = SaveSettings.parse({ ...request, windows: [{ ...window, note }] });
    expect(windows[0]?.note).toBe(stored);
  });

  it("knows one id by one spelling", () => {
    const { windows } = SaveSettings.parse({ ...request, windows: [{ ...window, id: id.toUpperCase() }] });
    expect(windows[0]?.id).toBe(id);
  });

  it("leaves days that are none to be judged with words", () => {
    const asTyped = { ...window, startDay: "", endDay: "soon" };
    expect(SaveSettings.safeParse({ ...request, windows: [asTyped] }).success).toBe(true);
  });

  it.each([
    ["nothing", undefined],
    ["a choice that is missing", { ...request, notices: { problemSolved: true } }],
    ["no version", { ...request, version: undefined }],
    ["an id that is none", { ...request, windows: [{ ...window, id: "1" }] }],
    ["the same id twice", { ...request, windows: [window, { ...window, id: id.toUpperCase() }] }],
    ["an unknown kind", { ...request, windows: [{ ...window, kind: "party" }] }],
    ["a connector id that is none", { ...request, windows: [{ ...window, connectorId: "" }] }],
    ["a note of a book's length", { ...request, windows: [{ ...window, note: "x".repeat(5001) }] }],
  ])("refuses %s", (_, sent) => expect(SaveSettings.safeParse(sent).success).toBe(false));
});
