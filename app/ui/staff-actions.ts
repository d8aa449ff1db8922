import type { ShopIntent } from "../modules/staff/shop-action.ts";

/** A field of an action's form beside its reason. */
export type ActionField =
  | {
      kind: "choice";
      name: string;
      label: string;
      choices: readonly { value: string; label: string }[];
      initial: string;
    }
  | { kind: "minutes"; name: string; label: string; helpText: string; initial: string };

/** What a dialog asks before something is done: what happens, in a sentence, and why it is done. */
export interface ShopActionAsked {
  intent: ShopIntent;
  /** What is named by its id. */
  ids: Record<string, string>;
  title: string;
  consequence: string;
  button: string;
  isDestructive?: boolean;
  fields?: readonly ActionField[];
  reasonHelp?: string;
  /** The days to begin with; for a backfill only. */
  backfill?: { connectorId: string; label: string };
  /** Said when it is done. */
  done: string;
}

const hours = (...counts: readonly number[]) =>
  counts.map((count) => ({
    value: String(count),
    label:
      count < 24 ? `${count} hour${count === 1 ? "" : "s"}` : `${count / 24} day${count === 24 ? "" : "s"}`,
  }));

const inTimeline = "The merchant can read it in the incident's timeline.";

interface Named {
  id: string;
  label: string;
}

export const askAcknowledge = (incident: { id: string; title: string }): ShopActionAsked => ({
  intent: "acknowledge",
  ids: { incidentId: incident.id },
  title: `Acknowledge “${incident.title}”`,
  consequence:
    "On-call is no longer told of it until it gets worse, and PagerDuty shows that somebody is at work.",
  button: "Acknowledge",
  done: "Acknowledged.",
});

export const askResolve = (incident: { id: string; title: string }): ShopActionAsked => ({
  intent: "resolve",
  ids: { incidentId: incident.id },
  title: `Resolve “${incident.title}”`,
  consequence:
    "It closes for the merchant and for on-call. As fixed it comes back if the next check still fails; otherwise it stays closed while the same goes on.",
  button: "Resolve",
  fields: [
    {
      kind: "choice",
      name: "resolution",
      label: "How it ended",
      initial: "fixed",
      choices: [
        { value: "fixed", label: "Fixed" },
        { value: "expected", label: "Expected: it was planned, the days leave the baseline" },
        { value: "false_alarm", label: "False alarm: the days count as usual" },
        { value: "other", label: "Other" },
      ],
    },
  ],
  reasonHelp: inTimeline,
  done: "Resolved.",
});

export const askSnooze = (incident: { id: string; title: string }): ShopActionAsked => ({
  intent: "snooze",
  ids: { incidentId: incident.id },
  title: `Snooze “${incident.title}”`,
  consequence: "It counts for nothing and nobody is told of it, until then or until it gets worse.",
  button: "Snooze",
  fields: [
    { kind: "choice", name: "forHours", label: "For", initial: "24", choices: hours(1, 4, 24, 72, 168, 720) },
  ],
  reasonHelp: inTimeline,
  done: "Snoozed.",
});

export const askMaintenance = (connectors: readonly Named[], connectorId = ""): ShopActionAsked => ({
  intent: "plan_maintenance",
  ids: {},
  title: "Plan maintenance",
  consequence:
    "On-call is told of nothing that begins meanwhile; what is still open when it ends is told then. Merchants see everything as ever.",
  button: "Plan maintenance",
  fields: [
    {
      kind: "choice",
      name: "connectorId",
      label: "Of",
      initial: connectorId,
      choices: [
        { value: "", label: "All sources of the shop" },
        ...connectors.map(({ id, label }) => ({ value: id, label })),
      ],
    },
    {
      kind: "choice",
      name: "inHours",
      label: "Begins",
      initial: "0",
      choices: [
        { value: "0", label: "Now" },
        ...hours(1, 4, 12, 24, 72).map(({ value, label }) => ({ value, label: `In ${label}` })),
      ],
    },
    {
      kind: "choice",
      name: "forHours",
      label: "Lasts",
      initial: "4",
      choices: hours(1, 2, 4, 12, 24, 72, 168, 336),
    },
  ],
  done: "Maintenance is planned.",
});

export const askEndMaintenance = (windowId: string): ShopActionAsked => ({
  intent: "end_maintenance",
  ids: { windowId },
  title: "End maintenance",
  consequence: "What was held back for it and is still true is told now.",
  button: "End maintenance",
  done: "Maintenance has ended.",
});

export const askLift = (dashboard: { key: string; label: string }, isSecurity: boolean): ShopActionAsked => ({
  intent: "lift_block",
  ids: { dashboard: dashboard.key },
  title: `Lift the block of ${dashboard.label}`,
  consequence: isSecurity
    ? "Merchants see this dashboard although some of its data may not be theirs. Only an admin may do it."
    : "Merchants see this dashboard's numbers although they may be wrong. What goes wrong later blocks it again.",
  button: "Lift the block",
  isDestructive: true,
  fields: [
    { kind: "choice", name: "forHours", label: "For", initial: "4", choices: hours(1, 4, 12, 24, 72, 168) },
  ],
  done: "The block is lifted.",
});

export const askEndLift = (liftId: string, label: string): ShopActionAsked => ({
  intent: "end_lift",
  ids: { liftId },
  title: `Block ${label} again`,
  consequence: "What held the dashboard back holds it back again, at once.",
  button: "End the lift",
  done: "The lift has ended.",
});

export const askBackfill = ({ id, label }: Named): ShopActionAsked => ({
  intent: "backfill",
  ids: { connectorId: id },
  title: `Backfill ${label}`,
  consequence:
    "These days are loaded again, however many they are. The merchant sees it running; alarms about these days wait until it ends.",
  button: "Run backfill",
  backfill: { connectorId: id, label },
  done: "The backfill is on its way.",
});

export const askCancelBackfill = ({ id, label }: Named): ShopActionAsked => ({
  intent: "cancel_backfill",
  ids: { connectorId: id },
  title: `Cancel the backfill of ${label}`,
  consequence:
    "It stops, and what was changed to run it is undone. Days that are loaded already stay loaded.",
  button: "Cancel the backfill",
  isDestructive: true,
  done: "The backfill is being cancelled.",
});

export const askFinishBackfill = ({ id, label }: Named): ShopActionAsked => ({
  intent: "finish_backfill",
  ids: { backfillId: id },
  title: `Close the backfill of ${label}`,
  consequence: "It waits for a person. The merchant is told how it ended.",
  button: "Close it",
  fields: [
    {
      kind: "choice",
      name: "outcome",
      label: "How it ended",
      initial: "loaded",
      choices: [
        { value: "loaded", label: "Done: the days were loaded by hand" },
        { value: "failed", label: "Failed: it cannot be done" },
      ],
    },
  ],
  done: "The backfill is closed.",
});

export const askSync = ({ id, label }: Named): ShopActionAsked => ({
  intent: "sync",
  ids: { connectorId: id },
  title: `Sync ${label} now`,
  consequence: "Airbyte is asked for a sync. One that runs already is the one you get.",
  button: "Sync now",
  done: "A sync was asked for.",
});

export const askPause = ({ id, label }: Named): ShopActionAsked => ({
  intent: "pause",
  ids: { connectorId: id },
  title: `Pause ${label}`,
  consequence:
    "Nothing judges it and it counts in no score until it is resumed. Its freshness incidents close. Airbyte's own schedule goes on.",
  button: "Pause",
  isDestructive: true,
  done: "Paused.",
});

export const askResume = ({ id, label }: Named): ShopActionAsked => ({
  intent: "resume",
  ids: { connectorId: id },
  title: `Resume ${label}`,
  consequence: "It is judged at once, by when it last synced.",
  button: "Resume",
  done: "Resumed.",
});

export const askSla = ({ id, label }: Named, warningMinutes: number): ShopActionAsked => ({
  intent: "override_sla",
  ids: { connectorId: id },
  title: `Limits of ${label}`,
  consequence:
    "High is twice, critical four times the warning. It is judged by these limits at once, in this shop only.",
  button: "Set limits",
  fields: [
    {
      kind: "minutes",
      name: "warningMinutes",
      label: "Warning after, in minutes",
      helpText: "Empty: the source's own limits count again.",
      initial: String(warningMinutes),
    },
    {
      kind: "choice",
      name: "forHours",
      label: "For",
      initial: "168",
      choices: [...hours(24, 72, 168, 720, 2160), { value: "", label: "Until further notice" }],
    },
  ],
  done: "The limits are set.",
});
