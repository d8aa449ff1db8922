import { type Severity, severityRank } from "../severity.ts";

export const channels = ["slack", "pagerduty", "flow"] as const;
export type Channel = (typeof channels)[number];

/** A change of an incident's state that may be told. `acknowledged`: by staff. */
export type NoticeEvent = "opened" | "escalated" | "reopened" | "snooze_ended" | "acknowledged" | "resolved";

/** Why a notice waits. */
export type HoldReason = "cooldown" | "snoozed" | "maintenance" | "parent";
/** Why a notice is not told, now or ever. */
export type SkipReason =
  | "switched_off"
  | "log_only"
  | "below_critical"
  | "not_for_channel"
  | "never_announced"
  | "acknowledged"
  | "no_longer_true"
  | "superseded";
/** Why one was tried and is not tried any more. */
export type FailReason = "refused" | "gave_up";

export type DeliveryDecision =
  | { do: "send"; reason: NoticeEvent | "test" }
  | { do: "skip"; reason: SkipReason }
  /** `until` null: as long as the parent speaks. */
  | { do: "hold"; reason: HoldReason; until: Date | null };

export interface DeliveryFacts {
  channel: Channel;
  event: NoticeEvent;
  check: string;
  severity: Severity;
  /** The channel is configured. */
  isOn: boolean;
  /** The channel was told of the incident and not of its end. */
  isTold: boolean;
  lastToldAt: Date | null;
  /** How bad it was when the channel was last told of it. */
  lastToldSeverity: Severity | null;
  cooldownMinutes: number;
  snoozedUntil: Date | null;
  maintenanceUntil: Date | null;
  isStaffAcknowledged: boolean;
  /** Who speaks for it at the moment: an event of many shops, or one of the whole shop. */
  parents: readonly ("upstream" | "shop")[];
}

/** Only a severe leak is told during maintenance. */
const neverSilenced: ReadonlySet<string> = new Set(["tenant_isolation"]);

/**
 * Who is told of one change of state: critical to PagerDuty and Slack, high to Slack, warnings to nobody; the merchant's
 * own Flow hears of all. The end is told to whoever was told of the beginning and to nobody else, and never waits. The
 * cooldown holds only what came back, and not if it is worse than what was told; an acknowledgement or a snooze silences until the severity rises, which ends both.
 */
export function decideDelivery(facts: DeliveryFacts, now: Date): DeliveryDecision {
  const { channel, event, severity } = facts;
  if (event === "acknowledged" && channel !== "pagerduty") return skip("not_for_channel");
  // A snooze is staff's: a merchant's workflows were told all along.
  if (event === "snooze_ended" && channel === "flow") return skip("not_for_channel");
  if (!facts.isOn) return skip("switched_off");
  if (event === "resolved" || event === "acknowledged")
    return facts.isTold ? { do: "send", reason: event } : skip("never_announced");
  if (channel !== "flow" && severity === "warning") return skip("log_only");
  if (channel === "pagerduty" && severity !== "critical") return skip("below_critical");
  // A merchant's own automation is about the shop: only a problem of the whole shop speaks for its parts there.
  const isSpokenFor = channel === "flow" ? facts.parents.includes("shop") : facts.parents.length > 0;
  if (isSpokenFor && !neverSilenced.has(facts.check)) return { do: "hold", reason: "parent", until: null };
  if (channel !== "flow") {
    if (facts.snoozedUntil && facts.snoozedUntil > now)
      return { do: "hold", reason: "snoozed", until: facts.snoozedUntil };
    if (facts.maintenanceUntil && facts.maintenanceUntil > now && !neverSilenced.has(facts.check))
      return { do: "hold", reason: "maintenance", until: facts.maintenanceUntil };
    if (facts.isStaffAcknowledged && event !== "escalated") return skip("acknowledged");
  }
  const quietUntil =
    facts.lastToldAt && new Date(facts.lastToldAt.getTime() + facts.cooldownMinutes * 60_000);
  const isWorse = severityRank(severity) > severityRank(facts.lastToldSeverity);
  if (event === "reopened" && quietUntil && quietUntil > now && !isWorse)
    return { do: "hold", reason: "cooldown", until: quietUntil };
  return { do: "send", reason: event };
}

const skip = (reason: SkipReason): DeliveryDecision => ({ do: "skip", reason });
