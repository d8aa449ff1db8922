import type { Connector } from "../modules/connectors/connector.ts";
import { backfillBadge } from "./backfill-words.ts";
import { counted } from "./format.ts";
import { statusBadge } from "./health-words.ts";

interface Heard {
  stale: boolean;
  connectors: readonly (Pick<Connector, "id" | "label" | "status"> &
    Partial<Pick<Connector, "activeBackfill">>)[];
  incidentIds: readonly string[];
}

/** What a screen reader hears after a page refreshed itself: what changed, or nothing. */
export function announceChanges(before: Heard, after: Heard): string {
  if (after.stale && !before.stale) return "Your sources are not being checked at the moment.";
  const earlier = new Map(
    before.connectors.map((connector) => [connector.id, statusBadge(connector.status, before.stale)]),
  );
  const changed = after.connectors.flatMap((connector) => {
    const was = earlier.get(connector.id);
    const is = statusBadge(connector.status, after.stale);
    return was && was.label !== is.label ? [`${connector.label}: ${is.label.toLowerCase()}.`] : [];
  });
  const backfillBefore = new Map(before.connectors.map(({ id, activeBackfill }) => [id, activeBackfill]));
  const backfills = after.connectors.flatMap(({ id, label, activeBackfill: is }) => {
    const was = backfillBefore.get(id);
    if (!is) return was ? [`${label}: backfill over.`] : [];
    const words = backfillBadge(is.status).label.toLowerCase();
    return was?.status === is.status ? [] : [`${label}: backfill ${words}.`];
  });
  const opened = after.incidentIds.filter((id) => !before.incidentIds.includes(id)).length;
  const closed = before.incidentIds.filter((id) => !after.incidentIds.includes(id)).length;
  return [
    ...(changed.length > 3 ? [`${counted(changed.length, "source")} changed status.`] : changed),
    ...backfills,
    ...(opened > 0 ? [`${counted(opened, "new incident")}.`] : []),
    ...(closed > 0 ? [`${counted(closed, "incident")} resolved.`] : []),
  ].join(" ");
}
