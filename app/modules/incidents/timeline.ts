import type { Severity } from "../severity.ts";

/** What can happen to an incident, in the words that are stored. */
export const timelineKinds = [
  "opened",
  "escalated",
  "reopened",
  "acknowledged",
  "snoozed",
  "snooze_ended",
  "joined_parent",
  "resolved",
  "auto_resolved",
] as const;
export type TimelineKind = (typeof timelineKinds)[number];

/** One step of an incident's story, as a merchant sees it: who, not which person. */
export interface TimelineEntry {
  id: string;
  at: string;
  kind: TimelineKind;
  severity: Severity | null;
  by: "system" | "merchant" | "support";
  note: string;
}
