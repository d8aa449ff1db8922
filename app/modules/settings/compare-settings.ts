import type { ExpectedWindow, NoticeChoices, SettingsContent } from "./settings.ts";

export const sameWindow = (a: ExpectedWindow, b: ExpectedWindow): boolean =>
  a.connectorId === b.connectorId &&
  a.kind === b.kind &&
  a.startDay === b.startDay &&
  a.endDay === b.endDay &&
  a.note === b.note;

export const sameNotices = (a: NoticeChoices, b: NoticeChoices): boolean =>
  a.problemSolved === b.problemSolved &&
  a.backfillFinished === b.backfillFinished &&
  a.syncFailedToStart === b.syncFailedToStart;

/** What has to be written to turn one list of windows into another; order means nothing. */
export function compareWindows(
  before: readonly ExpectedWindow[],
  after: readonly ExpectedWindow[],
): { kept: ExpectedWindow[]; removed: ExpectedWindow[] } {
  const earlier = byId(before);
  const later = byId(after);
  return {
    kept: after.filter((window) => {
      const was = earlier.get(window.id);
      return !was || !sameWindow(was, window);
    }),
    removed: before.filter(({ id }) => !later.has(id)),
  };
}

export function sameContent(a: SettingsContent, b: SettingsContent): boolean {
  const { kept, removed } = compareWindows(a.windows, b.windows);
  return sameNotices(a.notices, b.notices) && kept.length === 0 && removed.length === 0;
}

/**
 * Somebody else turned `base` into `theirs` while `mine` was edited: theirs with my changes on top, so that neither
 * side loses anything unseen. Where both changed the same window or choice, mine stands; a window that one side
 * removed and the other changed stays. My order stays, theirs that are new come last.
 */
export function mergeChanges(
  base: SettingsContent,
  mine: SettingsContent,
  theirs: SettingsContent,
): SettingsContent {
  const was = byId(base.windows);
  const isNow = byId(theirs.windows);
  const held = byId(mine.windows);
  const kept = mine.windows.flatMap((window) => {
    const original = was.get(window.id);
    const isMine = !original || !sameWindow(original, window);
    return isMine ? window : (isNow.get(window.id) ?? []);
  });
  const added = theirs.windows.filter((window) => {
    if (held.has(window.id)) return false;
    const original = was.get(window.id);
    return !original || !sameWindow(original, window);
  });
  const choice = (key: keyof SettingsContent["notices"]): boolean =>
    mine.notices[key] === base.notices[key] ? theirs.notices[key] : mine.notices[key];
  return {
    notices: {
      problemSolved: choice("problemSolved"),
      backfillFinished: choice("backfillFinished"),
      syncFailedToStart: choice("syncFailedToStart"),
    },
    windows: [...kept, ...added],
  };
}

const byId = (windows: readonly ExpectedWindow[]) => new Map(windows.map((window) => [window.id, window]));
