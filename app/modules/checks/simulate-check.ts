import { z } from "zod";
import { Severity } from "../severity.ts";
import { daysBetween } from "../shops/shop-days.ts";
import { checksOf, type DataCheckName } from "./check-names.ts";
import type { CheckSetting } from "./check-thresholds.ts";
import type { DataFacts, PriorVerdict } from "./data-facts.ts";
import { judgeData } from "./judge-data.ts";

/** A day on which the check would have spoken. */
export const SimulatedAlarm = z.object({ day: z.iso.date(), severity: Severity, sentence: z.string() });
export type SimulatedAlarm = z.infer<typeof SimulatedAlarm>;

/** A real incident of the check, and whether each setting would have seen it. */
export const SimulatedIncident = z.object({
  id: z.uuid(),
  firstDay: z.iso.date(),
  lastDay: z.iso.date(),
  /** `noise`: a person called it expected or a false alarm. */
  kind: z.enum(["real", "noise"]),
  outcome: z.enum(["kept", "lost", "gained", "seen_by_neither"]),
});
export type SimulatedIncident = z.infer<typeof SimulatedIncident>;

const Replayed = z.object({
  alarms: z.array(SimulatedAlarm),
  /** Alarms at most two days apart are one. */
  events: z.number().int(),
});

export const Simulation = z.object({
  /** Days that were replayed; null: this check judges the moment, not days, and cannot be. */
  days: z.number().int().nullable(),
  from: z.iso.date().nullable(),
  to: z.iso.date().nullable(),
  current: Replayed,
  proposed: Replayed,
  /** Days that only the proposed setting speaks on, or only the current one, or both with another severity. */
  gained: z.array(SimulatedAlarm),
  lost: z.array(SimulatedAlarm),
  changed: z.array(SimulatedAlarm.extend({ before: Severity })),
  incidents: z.array(SimulatedIncident),
});
export type Simulation = z.infer<typeof Simulation>;

export const SIMULATED_DAYS = 90;

const ofTheMoment: ReadonlySet<DataCheckName> = new Set([
  "tenant_isolation",
  "empty_table",
  "silent_hours",
  "zero_row_sync",
]);
/** What looks at the same series: which of them tells of a day depends on which are switched on. */
const ofVolume: ReadonlySet<string> = new Set([
  "row_count_drop",
  "volume_anomaly",
  "stuck_values",
  "zero_orders",
  "zero_spend",
]);

export const canReplay = (check: DataCheckName): boolean => !ofTheMoment.has(check);

/** What is known of the check's incidents in that time. */
export interface PastIncident {
  id: string;
  firstDay: string;
  lastDay: string;
  resolution: string | null;
}

/**
 * What the last 90 due days would have brought with the setting as it is and as it is proposed: each day is judged by the
 * very code that judges it in earnest, with only the days before it, as the profiles stand now. Days that a person has
 * settled since are judged like any other: whether they would be back is the question.
 * @param enabled the connector's checks that are switched on
 */
export function simulateCheck(
  facts: DataFacts,
  check: DataCheckName,
  { current, proposed }: { current: CheckSetting; proposed: CheckSetting },
  enabled: ReadonlySet<string>,
  incidents: readonly PastIncident[],
): Simulation {
  const days = canReplay(check) ? dueDays(facts) : [];
  const before = replay(facts, check, current, enabled, days);
  const after = replay(facts, check, proposed, enabled, days);
  const find = (alarms: readonly SimulatedAlarm[], day: string) => alarms.find((alarm) => alarm.day === day);
  return {
    days: canReplay(check) ? days.length : null,
    from: days[0] ?? null,
    to: days.at(-1) ?? null,
    current: { alarms: before, events: countEvents(before) },
    proposed: { alarms: after, events: countEvents(after) },
    gained: after.filter(({ day }) => !find(before, day)),
    lost: before.filter(({ day }) => !find(after, day)),
    changed: after.flatMap((alarm) => {
      const was = find(before, alarm.day);
      return was && was.severity !== alarm.severity ? [{ ...alarm, before: was.severity }] : [];
    }),
    incidents: incidents
      .filter(({ lastDay }) => days[0] !== undefined && lastDay >= days[0])
      .map(({ id, firstDay, lastDay, resolution }) => {
        const isSeen = (alarms: readonly SimulatedAlarm[]) =>
          alarms.some(({ day }) => firstDay <= day && day <= lastDay);
        return {
          id,
          firstDay,
          lastDay,
          kind: resolution === "expected" || resolution === "false_alarm" ? "noise" : "real",
          outcome: outcomeOf(isSeen(before), isSeen(after)),
        };
      }),
  };
}

/** Where there is nothing to replay. `days`: 0 for none yet, null for a check that judges the moment. */
export const nothingReplayed = (days: 0 | null): Simulation => ({
  days,
  from: null,
  to: null,
  current: { alarms: [], events: 0 },
  proposed: { alarms: [], events: 0 },
  gained: [],
  lost: [],
  changed: [],
  incidents: [],
});

function outcomeOf(isSeenNow: boolean, isSeenThen: boolean): SimulatedIncident["outcome"] {
  if (isSeenNow) return isSeenThen ? "kept" : "lost";
  return isSeenThen ? "gained" : "seen_by_neither";
}

const dueDays = ({ days, dueThrough }: DataFacts): string[] =>
  days
    .map(({ day }) => day)
    .filter((day) => dueThrough !== null && day <= dueThrough)
    .slice(-SIMULATED_DAYS);

function replay(
  facts: DataFacts,
  check: DataCheckName,
  { enabled: isOn, thresholds }: CheckSetting,
  enabled: ReadonlySet<string>,
  days: readonly string[],
): SimulatedAlarm[] {
  if (!isOn) return [];
  const together = checksOf(facts.source).filter(
    (each) => each === check || (ofVolume.has(check) && ofVolume.has(each) && enabled.has(each)),
  );
  const wanted = new Set<string>(together);
  let prior = new Map<DataCheckName, PriorVerdict>();
  return days.flatMap((day): SimulatedAlarm[] => {
    const verdicts = judgeData(
      {
        ...facts,
        days: facts.days.filter((one) => one.day <= day),
        dueThrough: day,
        settled: facts.settled.filter((span) => span.check !== check),
        prior,
        thresholds: new Map(facts.thresholds).set(check, thresholds),
        isFullPass: false,
      },
      wanted,
    );
    prior = new Map(
      verdicts.map(({ check: of, outcome, judgedThrough, failing, shown }) => [
        of,
        { basisAt: NEVER_AGAIN, outcome, judgedThrough, failing, shown, held: null },
      ]),
    );
    const found = verdicts
      .find((verdict) => verdict.check === check)
      ?.failing.find(({ subject }) => subject === day);
    return found ? [{ day, severity: found.severity, sentence: found.sentence }] : [];
  });
}

/** Profiles are older than this: nothing is judged twice for having changed meanwhile. */
const NEVER_AGAIN = new Date(8.64e15);

const countEvents = (alarms: readonly SimulatedAlarm[]): number =>
  alarms.filter(({ day }, index) => index === 0 || daysBetween(alarms[index - 1]!.day, day) > 2).length;
