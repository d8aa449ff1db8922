import { db } from "#app/platform/db.server.ts";
import { hardFailureReasons, SOFT_FAILURES } from "../checks/sync-failures.ts";
import { isSource, sourceKeys, sources } from "../connectors/sources.ts";
import { FIRST_IMPORT_GRACE_HOURS } from "../freshness/freshness.ts";
import type { FailingSource, UpstreamEvent, UpstreamPage } from "./upstream-page.ts";

const SHOWN_DAYS = 30;
const MOST_SHOWN = 20;

/** What goes wrong in many shops at once, in numbers over all of them: no shop is named. */
export async function loadUpstream(now: Date): Promise<UpstreamPage> {
  const { open, ended } = await loadEvents(now);
  return {
    open,
    ended,
    sources: await loadSources(now),
    airbyte: await loadAirbyte(),
    checkedAt: now.toISOString(),
  };
}

async function loadEvents(now: Date): Promise<Pick<UpstreamPage, "open" | "ended">> {
  const since = new Date(now.getTime() - SHOWN_DAYS * 86_400_000);
  const [open, ended] = await Promise.all([
    db().upstreamEvent.findMany({ where: { endedAt: null }, orderBy: { startedAt: "desc" } }),
    db().upstreamEvent.findMany({
      where: { endedAt: { gte: since } },
      orderBy: { endedAt: "desc" },
      take: MOST_SHOWN,
    }),
  ]);
  const present = ({ id, source, severity, startedAt, endedAt, shopsAffected }: (typeof open)[number]) => ({
    id,
    source,
    label: labelOf(source),
    severity: severity as UpstreamEvent["severity"],
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    shopsAffected,
  });
  return { open: open.map(present), ended: ended.map(present) };
}

const labelOf = (source: string): string => (isSource(source) ? sources[source].label : source);

async function loadSources(now: Date): Promise<FailingSource[]> {
  const rows = await db().$queryRaw<
    { source: string; reason: string | null; connectors: number; shops: number; since: Date | null }[]
  >`
    SELECT * FROM list_failing_sources(${now}::timestamptz, ${[...sourceKeys]}::text[],
      ${sourceKeys.map((key) => sources[key].warningMinutes)}::int[], ${FIRST_IMPORT_GRACE_HOURS * 60}::int, ${SOFT_FAILURES}::int,
      ${[...hardFailureReasons]}::text[])`;
  const own = new Set<string>(hardFailureReasons);
  return rows
    .filter(({ reason }) => reason === "any")
    .map((all): FailingSource => {
      const failing = rows.filter(({ source, reason }) => source === all.source && reason !== "any");
      const count = ({ connectors, shops, since }: (typeof rows)[number]) => ({
        connectors,
        shops,
        since: since?.toISOString() ?? null,
      });
      const total = failing.find(({ reason }) => reason === null);
      return {
        source: all.source,
        label: labelOf(all.source),
        connectors: all.connectors,
        shops: all.shops,
        failing: total ? count(total) : { connectors: 0, shops: 0, since: null },
        share: (total?.connectors ?? 0) / all.connectors,
        reasons: failing
          .flatMap((row) =>
            row.reason ? [{ ...count(row), reason: row.reason, isOwn: own.has(row.reason) }] : [],
          )
          .sort((a, b) => b.connectors - a.connectors || (a.reason < b.reason ? -1 : 1)),
      };
    })
    .sort((a, b) => b.share - a.share || (a.label < b.label ? -1 : 1));
}

async function loadAirbyte(): Promise<UpstreamPage["airbyte"]> {
  const rows = await db().$queryRaw<
    { workspaces: number; reason: string | null; unreachable: number; since: Date | null }[]
  >`
    SELECT * FROM count_unreachable_workspaces()`;
  const away = rows.flatMap(({ reason, unreachable, since }) =>
    reason === null ? [] : [{ reason, workspaces: unreachable, since }],
  );
  const first = away.flatMap(({ since }) => since?.getTime() ?? []);
  return {
    workspaces: rows[0]?.workspaces ?? 0,
    unreachable: away.reduce((sum, { workspaces }) => sum + workspaces, 0),
    since: first.length > 0 ? new Date(Math.min(...first)).toISOString() : null,
    reasons: away
      .map(({ reason, workspaces }) => ({ reason, workspaces }))
      .sort((a, b) => b.workspaces - a.workspaces),
  };
}
