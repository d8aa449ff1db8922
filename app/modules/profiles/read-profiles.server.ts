import type { WarehouseError } from "#app/platform/warehouse.server.ts";
import { dayOf } from "../shops/shop-days.ts";
import { askInParts } from "./ask-in-parts.server.ts";
import { cutRange, type DayRange } from "./day-ranges.ts";
import type { SourceMapping } from "./mapping.ts";
import type { Plan, Subject } from "./profile-plan.ts";
import { buildProfileQuery, type ProfileAnswer, type WantedDays } from "./profile-query.ts";
import type { ProfiledConnector } from "./profiles.store.server.ts";
import { hoursOf, instantsOf, spanOf } from "./stretches.ts";

/** A first profile is read in pieces, so that a statement's size does not grow with the history. */
const DAYS_PER_STATEMENT = 100;

/**
 * Reads what is planned for one source's connectors, in one statement unless a history is long.
 * @returns those that were read whole
 */
export async function readProfiles(
  mapping: SourceMapping,
  plans: readonly Plan[],
  now: Date,
  limits: { timeoutMs?: number },
): Promise<{ profiled: ProfiledConnector[]; failure: WarehouseError | null }> {
  const pieces = plans.flatMap((plan) =>
    plan.ranges.flatMap((range) =>
      cutRange(range, DAYS_PER_STATEMENT).map((days, layer) => ({ plan, days, layer })),
    ),
  );
  const wanted = pieces.map(({ plan, days }, n) => wantDays(mapping, plan.subject, days, n, now));
  const layers = Map.groupBy(wanted, ({ n }) => pieces[n]!.layer);
  const { answers, failure } = await askInParts<WantedDays, ProfileAnswer>(
    [...layers.values()],
    (part) => buildProfileQuery(mapping, part, now),
    limits,
  );
  const ofPlan = Map.groupBy(wanted, ({ n }) => pieces[n]!.plan);
  const profiled = plans.flatMap((plan) => {
    const parts = ofPlan.get(plan)!.map((stretch) => ({ stretch, answer: answers.get(stretch.n) }));
    return parts.every(isAnswered) ? [profileOf(mapping, plan, parts)] : [];
  });
  return { profiled, failure };
}

interface Answered {
  stretch: WantedDays;
  answer: ProfileAnswer;
}

const isAnswered = (part: { stretch: WantedDays; answer: ProfileAnswer | undefined }): part is Answered =>
  part.answer !== undefined;

function wantDays(
  mapping: SourceMapping,
  { domain, timeZone, connections }: Subject,
  days: DayRange,
  n: number,
  now: Date,
): WantedDays {
  const instants = instantsOf(days, timeZone);
  const hours = mapping.time.kind === "instant" ? hoursOf(instants, now) : null;
  return {
    n,
    shop: domain,
    zone: timeZone,
    ...days,
    daysFrom: instants.fromAt,
    daysTo: instants.toAt,
    hoursFrom: hours?.fromAt ?? null,
    hoursTo: hours?.toAt ?? null,
    ...spanOf(instants, hours),
    connections,
    isLatest: days.toDay === dayOf(now, timeZone),
  };
}

function profileOf(
  { primaryKey }: SourceMapping,
  { subject: { shopId, connectorId }, isCounted }: Plan,
  parts: readonly Answered[],
): ProfiledConnector {
  const latest = parts.find(({ stretch }) => stretch.isLatest)?.answer;
  return {
    shopId,
    connectorId,
    newestRecordAt: latest?.newest ?? null,
    hasRows: latest?.has_rows ?? false,
    isCounted,
    stretches: parts.map(({ stretch: { fromDay, toDay, hoursFrom, hoursTo }, answer: { days, hours } }) => ({
      shopId,
      connectorId,
      fromDay,
      toDay,
      hoursFrom,
      hoursTo,
      hasKeys: primaryKey.length > 0,
      days,
      hours,
    })),
  };
}
