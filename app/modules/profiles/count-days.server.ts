import { withShops } from "#app/platform/tenant.server.ts";
import type { WarehouseError } from "#app/platform/warehouse.server.ts";
import { askInParts } from "./ask-in-parts.server.ts";
import { buildCountQuery, type CountAnswer } from "./count-query.ts";
import { COUNTED_DAYS, lastDays } from "./due.ts";
import type { SourceMapping } from "./mapping.ts";
import type { Subject } from "./profile-plan.ts";
import { findChangedDays, stampCounted } from "./profiles.store.server.ts";
import { instantsOf } from "./stretches.ts";

/**
 * Counts the last 90 days of one source's connectors and compares them with what is stored. Those as stored are stamped.
 * @returns by connector, for those that could be counted, the days to profile anew
 */
export async function countDays(
  mapping: SourceMapping,
  subjects: readonly Subject[],
  now: Date,
  limits: { timeoutMs?: number },
): Promise<{ changed: Map<string, string[]>; failure: WarehouseError | null }> {
  const wanted = subjects.map(({ domain, timeZone, countedAt }, n) => {
    const range = lastDays(COUNTED_DAYS, timeZone, now);
    return { n, shop: domain, zone: timeZone, countedAt, ...range, ...instantsOf(range, timeZone) };
  });
  const { answers, failure } = await askInParts<(typeof wanted)[number], CountAnswer>(
    [wanted],
    (part) => buildCountQuery(mapping, part),
    limits,
  );
  const counted = wanted.flatMap(({ n, fromDay, toDay }) => {
    const { shopId, connectorId } = subjects[n]!;
    const days = answers.get(n)?.days;
    return days === undefined ? [] : [{ shopId, connectorId, fromDay, toDay, days }];
  });
  if (counted.length === 0) return { changed: new Map(), failure };
  const shopIds = [...new Set(counted.map(({ shopId }) => shopId))];
  const differing = await withShops(shopIds, async (tx) => {
    const days = await findChangedDays(tx, counted);
    await stampCounted(
      tx,
      counted.filter(({ connectorId }) => !days.has(connectorId)),
      now,
    );
    return days;
  });
  const changed = new Map(
    counted.map(({ connectorId }) => [connectorId, differing.get(connectorId) ?? []] as const),
  );
  return { changed, failure };
}
