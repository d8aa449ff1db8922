import { describe, expect, it } from "vitest";
import { findProblems, firstShownDay, lastAllowedDay } from "./find-problems.ts";
import type { ExpectedWindow } from "./settings.ts";

const today = "2026-11-24";
const window = (change: Partial<ExpectedWindow> = {}): ExpectedWindow => ({
  id: "a",
  connectorId: null,
  kind: "sale",
  startDay: "2026-11-27",
  endDay: "2026-12-01",
  note: "",
  ...change,
});
const problemsOf = (windows: ExpectedWindow[], stored: ExpectedWindow[] = []) =>
  findProblems({ stored, windows, connectorIds: ["meta"], today });
const many = (count: number) => Array.from({ length: count }, (_, index) => window({ id: String(index) }));

describe("a window", () => {
  it.each([
    ["several days, every source", {}],
    ["one day", { startDay: "2026-11-27", endDay: "2026-11-27" }],
    ["one of the shop's sources", { connectorId: "meta" }],
    ["366 days", { startDay: "2026-01-01", endDay: "2027-01-01" }],
    ["a leap day", { startDay: "2028-02-29", endDay: "2028-02-29" }],
    ["the last allowed day", { startDay: "2028-11-24", endDay: "2028-11-24" }],
    ["the first shown day", { startDay: "2025-10-24", endDay: "2025-10-24" }],
    ["a start before the first shown day", { startDay: "2025-10-01", endDay: "2025-10-24" }],
    ["200 characters", { note: "x".repeat(200) }],
  ])("may be of %s", (_, change) => expect(problemsOf([window(change)])).toBeNull());

  it.each([
    ["no first day", { startDay: "" }, { startDay: "Enter the first day" }],
    ["no last day", { endDay: "" }, { endDay: "Enter the last day" }],
    [
      "no days",
      { startDay: "", endDay: "" },
      { startDay: "Enter the first day", endDay: "Enter the last day" },
    ],
    [
      "a day the calendar lacks",
      { startDay: "2027-02-29", endDay: "2027-03-01" },
      { startDay: "Enter the first day" },
    ],
    ["a day of another spelling", { endDay: "12/01/2026" }, { endDay: "Enter the last day" }],
    ["a year of six digits", { endDay: "+012026-12-01" }, { endDay: "Enter the last day" }],
    [
      "an end before its start",
      { endDay: "2026-11-26" },
      { endDay: "Enter a day that is not before the first day" },
    ],
    [
      "367 days",
      { startDay: "2026-01-01", endDay: "2027-01-02" },
      { endDay: "Enter at most 366 days at a time" },
    ],
    [
      "an end more than two years ahead",
      { startDay: "2028-11-24", endDay: "2028-11-25" },
      { endDay: "Enter a day within the next two years" },
    ],
    [
      "a start more than two years ahead",
      { startDay: "2028-11-25", endDay: "2028-11-25" },
      {
        startDay: "Enter a day within the next two years",
        endDay: "Enter a day within the next two years",
      },
    ],
    [
      "an end that is no longer shown",
      { startDay: "2025-10-23", endDay: "2025-10-23" },
      { endDay: "Enter a day within the last 13 months" },
    ],
    [
      "another shop's source",
      { connectorId: "theirs" },
      { connectorId: "This source is no longer connected. Choose another one." },
    ],
    ["201 characters", { note: "x".repeat(201) }, { note: "Use at most 200 characters" }],
  ])("may not be of %s", (_, change, problems) =>
    expect(problemsOf([window(change)])).toEqual({ windows: { a: problems } }),
  );

  it("is not judged again while nobody touches it", () => {
    const old = window({ connectorId: "gone", startDay: "2020-01-01" });
    expect(problemsOf([old], [old])).toBeNull();
    expect(problemsOf([{ ...old, note: "touched" }], [old])?.windows.a).toHaveProperty("connectorId");
  });
});

describe("the list", () => {
  it("holds a hundred", () => {
    expect(problemsOf(many(100))).toBeNull();
    expect(problemsOf(many(101))).toEqual({ list: expect.stringContaining("at most 100"), windows: {} });
  });

  it("that holds more may stay or shrink, not grow", () => {
    expect(problemsOf(many(103), many(103))).toBeNull();
    expect(problemsOf(many(102), many(103))).toBeNull();
    expect(problemsOf(many(104), many(103))).toHaveProperty("list");
  });
});

it("shows 13 months back and allows two years ahead, whatever the month's length", () => {
  expect([firstShownDay("2026-03-31"), lastAllowedDay("2028-02-29")]).toEqual(["2025-02-28", "2030-02-28"]);
});
