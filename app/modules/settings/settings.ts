/** Which notices a merchant wants on Home. Open problems are always shown; these are about what has ended. */
export interface NoticeChoices {
  problemSolved: boolean;
  backfillFinished: boolean;
  syncFailedToStart: boolean;
}

export interface Settings {
  notices: NoticeChoices;
}

/** Why a merchant expects unusual numbers; `expected` is any other reason. */
export const windowKinds = ["sale", "holiday", "vacation", "paused_campaign", "expected"] as const;
export type WindowKind = (typeof windowKinds)[number];

export const MAX_WINDOWS = 100;
export const MAX_WINDOW_DAYS = 366;
export const MAX_NOTE_LENGTH = 200;

/** Days on which unusual numbers are expected. */
export interface ExpectedWindow {
  id: string;
  /** Null: every source. */
  connectorId: string | null;
  kind: WindowKind;
  /** Shop days, both inclusive; as typed, possibly empty, until they are saved. */
  startDay: string;
  endDay: string;
  note: string;
}

/** What the Settings page edits as one. */
export interface SettingsContent extends Settings {
  windows: readonly ExpectedWindow[];
}

/** Everything the Settings page draws; windows by first day, without those that ended more than 13 months ago. */
export interface SettingsPage extends SettingsContent {
  shop: { timeZone: string; locale: string };
  /** The shop's day when this was read. */
  today: string;
  /** The shop's connectors, in the catalogue's order. */
  sources: { connectorId: string; label: string }[];
  /** Of the content: a save based on another version is a conflict. */
  version: string;
}

export type WindowField = Exclude<keyof ExpectedWindow, "id">;

/** What is wrong with what was sent, to be said next to each field. */
export interface SettingsProblems {
  /** About the list as a whole. */
  list?: string;
  windows: Record<string, Partial<Record<WindowField, string>>>;
}

/** What a save answers. */
export type SaveAnswer =
  | { outcome: "saved"; page: SettingsPage }
  | { outcome: "invalid"; problems: SettingsProblems }
  /** Somebody saved something else meanwhile; `page` is what is stored now. Nothing was written. */
  | { outcome: "conflict"; page: SettingsPage }
  /** Not saved, for a reason that is not in what was sent. */
  | { outcome: "failed"; message: string };
