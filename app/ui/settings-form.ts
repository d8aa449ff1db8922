import { mergeChanges, sameContent } from "../modules/settings/compare-settings.ts";
import type {
  ExpectedWindow,
  NoticeChoices,
  SaveAnswer,
  SettingsContent,
  SettingsPage,
  SettingsProblems,
  WindowField,
} from "../modules/settings/settings.ts";

/** What the Settings form knows: what is stored, what is typed, what is under way and what came of it. */
export interface SettingsForm {
  page: SettingsPage;
  draft: SettingsContent;
  /** What the running save holds; null when none runs. */
  sent: SettingsContent | null;
  problems: SettingsProblems;
  notice: { kind: "none" } | { kind: "conflict" } | { kind: "failed"; message: string };
  /** Saves that did not succeed: each one moves the focus to the reason. */
  failedSaves: number;
  /** Windows whose fields are shown. */
  openIds: readonly string[];
}

export type SettingsEvent =
  | { type: "choose"; choice: keyof NoticeChoices; isWanted: boolean }
  | { type: "add"; window: ExpectedWindow }
  | { type: "edit"; id: string; change: Partial<Omit<ExpectedWindow, "id">> }
  | { type: "open" | "close" | "remove"; id: string }
  | { type: "discard" | "send" }
  | { type: "answer"; answer: SaveAnswer };

const noProblems: SettingsProblems = { windows: {} };
const noNotice = { kind: "none" } as const;
const contentOf = ({ notices, windows }: SettingsContent): SettingsContent => ({ notices, windows });

export const openSettingsForm = (page: SettingsPage): SettingsForm => ({
  page,
  draft: contentOf(page),
  sent: null,
  problems: noProblems,
  notice: noNotice,
  failedSaves: 0,
  openIds: [],
});

export const isChanged = ({ page, draft }: SettingsForm): boolean => !sameContent(page, draft);

/** The form after something happened to it. What is typed is dropped by "discard" only. */
export function changeSettingsForm(form: SettingsForm, event: SettingsEvent): SettingsForm {
  const { draft, openIds } = form;
  switch (event.type) {
    case "choose":
      return {
        ...form,
        draft: { ...draft, notices: { ...draft.notices, [event.choice]: event.isWanted } },
      };
    case "add":
      return {
        ...form,
        draft: { ...draft, windows: [event.window, ...draft.windows] },
        openIds: [...openIds, event.window.id],
      };
    case "edit":
      return {
        ...form,
        draft: {
          ...draft,
          windows: draft.windows.map((window) =>
            window.id === event.id ? { ...window, ...event.change } : window,
          ),
        },
        problems: withoutProblems(form.problems, event.id, Object.keys(event.change) as WindowField[]),
      };
    case "open":
      return { ...form, openIds: [...openIds, event.id] };
    case "close":
      return { ...form, openIds: openIds.filter((id) => id !== event.id) };
    case "remove": {
      const { [event.id]: _, ...windows } = form.problems.windows;
      return {
        ...form,
        draft: { ...draft, windows: draft.windows.filter(({ id }) => id !== event.id) },
        problems: { windows },
        openIds: openIds.filter((id) => id !== event.id),
      };
    }
    case "discard":
      return openSettingsForm(form.page);
    case "send":
      return { ...form, sent: draft };
    case "answer":
      return answered({ ...form, sent: null }, form.sent ?? draft, event.answer);
  }
}

function answered(form: SettingsForm, sent: SettingsContent, answer: SaveAnswer): SettingsForm {
  const failedSaves = form.failedSaves + 1;
  switch (answer.outcome) {
    case "saved": {
      // What was typed while the save ran stays, on top of what it stored.
      const draft = mergeChanges(sent, form.draft, answer.page);
      const saved = openSettingsForm(answer.page);
      return sameContent(draft, answer.page) ? saved : { ...saved, draft, openIds: form.openIds };
    }
    case "invalid":
      return {
        ...form,
        failedSaves,
        problems: answer.problems,
        notice: noNotice,
        openIds: [...new Set([...form.openIds, ...Object.keys(answer.problems.windows)])],
      };
    case "conflict":
      return {
        ...form,
        failedSaves,
        page: answer.page,
        draft: mergeChanges(form.page, form.draft, answer.page),
        problems: noProblems,
        notice: { kind: "conflict" },
      };
    case "failed":
      return { ...form, failedSaves, notice: { kind: "failed", message: answer.message } };
  }
}

/** The two days are judged together: a change of one takes what was said of both. */
function withoutProblems(
  problems: SettingsProblems,
  id: string,
  changed: readonly WindowField[],
): SettingsProblems {
  const { startDay, endDay, connectorId, kind, note } = problems.windows[id] ?? {};
  const hasNewDay = changed.includes("startDay") || changed.includes("endDay");
  const still = Object.entries({
    ...(hasNewDay ? {} : { startDay, endDay }),
    ...(changed.includes("connectorId") ? {} : { connectorId }),
    ...(changed.includes("kind") ? {} : { kind }),
    ...(changed.includes("note") ? {} : { note }),
  }).filter(([, problem]) => problem !== undefined);
  return { ...problems, windows: { ...problems.windows, [id]: Object.fromEntries(still) } };
}
