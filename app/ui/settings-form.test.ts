import { describe, expect, it } from "vitest";
import type { ExpectedWindow, SaveAnswer, SettingsPage } from "../modules/settings/settings.ts";
import { changeSettingsForm, isChanged, openSettingsForm, type SettingsEvent } from "./settings-form.ts";

const window = (id: string, change: Partial<ExpectedWindow> = {}): ExpectedWindow => ({
  id,
  connectorId: null,
  kind: "sale",
  startDay: "2026-11-27",
  endDay: "2026-12-01",
  note: "",
  ...change,
});
const page = (windows: ExpectedWindow[], change: Partial<SettingsPage> = {}): SettingsPage => ({
  shop: { timeZone: "UTC", locale: "en" },
  today: "2026-11-24",
  sources: [],
  notices: { problemSolved: true, backfillFinished: true, syncFailedToStart: true },
  windows,
  version: "1",
  ...change,
});
const formAfter = (loaded: SettingsPage, ...events: SettingsEvent[]) =>
  events.reduce(changeSettingsForm, openSettingsForm(loaded));
const answer = (answered: SaveAnswer): SettingsEvent => ({ type: "answer", answer: answered });
const editNote = (id: string, note: string): SettingsEvent => ({ type: "edit", id, change: { note } });

describe("the save bar", () => {
  it.each<[string, SettingsEvent[], boolean]>([
    ["nothing happened", [], false],
    ["a choice changed", [{ type: "choose", choice: "problemSolved", isWanted: false }], true],
    [
      "a choice changed and changed back",
      [
        { type: "choose", choice: "problemSolved", isWanted: false },
        { type: "choose", choice: "problemSolved", isWanted: true },
      ],
      false,
    ],
    ["a window was opened", [{ type: "open", id: "a" }], false],
    ["a window was edited", [editNote("a", "x")], true],
    ["a window was edited back", [editNote("a", "x"), editNote("a", "")], false],
    ["a window was added", [{ type: "add", window: window("new") }], true],
    [
      "a window was added and removed",
      [
        { type: "add", window: window("new") },
        { type: "remove", id: "new" },
      ],
      false,
    ],
    ["a window was removed", [{ type: "remove", id: "a" }], true],
    ["everything was discarded", [{ type: "remove", id: "a" }, { type: "discard" }], false],
  ])("after %s", (_, events, isShown) =>
    expect(isChanged(formAfter(page([window("a")]), ...events))).toBe(isShown),
  );
});

describe("a save", () => {
  it("that succeeded leaves the form as stored, closed", () => {
    const stored = page([window("a"), window("new")], { version: "2" });
    const form = formAfter(
      page([window("a")]),
      { type: "add", window: window("new") },
      { type: "send" },
      answer({ outcome: "saved", page: stored }),
    );
    expect(form).toEqual(openSettingsForm(stored));
  });

  it("keeps what was typed while it ran", () => {
    const form = formAfter(
      page([window("a")]),
      editNote("a", "first"),
      { type: "send" },
      editNote("a", "second"),
      answer({ outcome: "saved", page: page([window("a", { note: "first" })], { version: "2" }) }),
    );
    expect([form.draft.windows[0]?.note, form.page.version, isChanged(form)]).toEqual(["second", "2", true]);
  });

  it("that was invalid keeps everything typed and opens what has to be corrected", () => {
    const form = formAfter(
      page([window("a"), window("b")]),
      { type: "edit", id: "a", change: { endDay: "" } },
      { type: "send" },
      answer({ outcome: "invalid", problems: { windows: { a: { endDay: "Enter the last day" } } } }),
    );
    expect(form).toMatchObject({ openIds: ["a"], failedSaves: 1, sent: null });
    expect(form.draft.windows[0]?.endDay).toBe("");
  });

  it("that met another one keeps both, to be saved on top of it", () => {
    const form = formAfter(
      page([window("a")]),
      editNote("a", "mine"),
      { type: "send" },
      answer({ outcome: "conflict", page: page([window("a"), window("theirs")], { version: "2" }) }),
    );
    expect(form.draft.windows.map(({ id, note }) => [id, note])).toEqual([
      ["a", "mine"],
      ["theirs", ""],
    ]);
    expect(form).toMatchObject({ notice: { kind: "conflict" }, failedSaves: 1, page: { version: "2" } });
    expect(isChanged(form)).toBe(true);
  });

  it("that failed keeps everything typed and says so, until one succeeds", () => {
    const failed = formAfter(
      page([window("a")]),
      editNote("a", "mine"),
      { type: "send" },
      answer({ outcome: "failed", message: "Try again." }),
    );
    expect(failed).toMatchObject({ notice: { kind: "failed", message: "Try again." }, failedSaves: 1 });
    expect(failed.draft.windows[0]?.note).toBe("mine");
    const saved = [
      { type: "send" } as const,
      answer({ outcome: "saved", page: page([window("a", { note: "mine" })]) }),
    ].reduce(changeSettingsForm, failed);
    expect([saved.notice, isChanged(saved)]).toEqual([{ kind: "none" }, false]);
  });
});

describe("what was said of a field", () => {
  const problems = { startDay: "Enter the first day", endDay: "Enter the last day", note: "Too long" };
  const refused = [
    { type: "send" } as const,
    answer({ outcome: "invalid", problems: { list: "Too many", windows: { a: problems } } }),
  ];
  it.each<[string, SettingsEvent, object]>([
    ["its own change", editNote("a", "x"), { startDay: problems.startDay, endDay: problems.endDay }],
    [
      "a change of either day",
      { type: "edit", id: "a", change: { startDay: "2026-11-28" } },
      { note: "Too long" },
    ],
    ["no change of another window", editNote("b", "x"), problems],
  ])("goes with %s", (_, event, still) => {
    const form = formAfter(page([window("a"), window("b")]), ...refused, event);
    expect(form.problems.windows.a).toEqual(still);
  });

  it("goes with its window, and with what was said of the list", () => {
    expect(formAfter(page([window("a")]), ...refused, { type: "remove", id: "a" }).problems).toEqual({
      windows: {},
    });
  });
});
