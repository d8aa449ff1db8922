import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { Connector } from "../connectors/connector.ts";
import { type DashboardKey, dashboardKeys, type Source, sources } from "../connectors/sources.ts";
import { type Health, loadHealth } from "../health/load-health.server.ts";
import { pollSecondsFor, viewOf } from "../health/load-home.server.ts";
import { loadIncidentSpans } from "../incidents/incident-spans.store.server.ts";
import { loadDailySums, type SummedDays } from "../profiles/daily-sums.store.server.ts";
import { loadMapping } from "../profiles/load-mapping.server.ts";
import type { Shop } from "../shops/shop.ts";
import { dayBefore, dayOf, daysBetween, daysEnding, startOfDay } from "../shops/shop-days.ts";
import { dashboardCatalog, sourcesOf } from "./dashboard-catalog.ts";
import {
  type DashboardContent,
  type DashboardPage,
  type DashboardSource,
  type DashboardsPage,
  type PeriodLength,
  periodLengths,
} from "./dashboard-page.ts";
import type { GateDecision } from "./decide-block.ts";
import { drawDashboard } from "./draw-dashboard.ts";
import { describeBlock, supportContact } from "./get-dashboard-block.server.ts";
import { type SourceDays, throughDayOf } from "./source-days.ts";

/** So many days are read: the longest period and the one before, and the days a source may be behind. */
const READ_DAYS = 2 * Math.max(...periodLengths) + 2;

/** The five dashboards and whether each may be believed, in two statements. */
export async function loadDashboards(tx: ShopTx, shop: Shop, now: Date): Promise<DashboardsPage> {
  const health = await loadHealth(tx, shop, now);
  const { dashboards, support } = describeBlock(health.dashboards);
  return {
    ...sharedBy(shop, health, now),
    support,
    dashboards: dashboardKeys.map((key) => ({
      key,
      about: dashboardCatalog[key].about,
      state: dashboards.find((state) => state.key === key)!,
      sources: feeding(key, health).map(showSource),
    })),
  };
}

/** One dashboard: what may be shown of it, in five statements whatever the number of sources. */
export async function loadDashboard(
  tx: ShopTx,
  shop: Shop,
  key: DashboardKey,
  length: PeriodLength,
  now: Date,
): Promise<DashboardPage> {
  const health = await loadHealth(tx, shop, now);
  const { lifted, ...state } = health.dashboards.find((decision) => decision.key === key)!;
  const connectors = feeding(key, health);
  const connected = new Set(connectors.map(({ source }) => source));
  return {
    ...sharedBy(shop, health, now),
    state,
    about: dashboardCatalog[key].about,
    support: supportContact(),
    lifted: lifted && {
      messages: lifted.reasons.map(({ message }) => message),
      until: lifted.until.toISOString(),
    },
    length,
    content: await loadContent(tx, shop, { key, length, now, state, connectors, health }),
    sources: connectors.map(showSource),
    notConnected: sourcesOf(key)
      .filter((source) => !connected.has(source))
      .map((source) => sources[source].label),
  };
}

interface Asked {
  key: DashboardKey;
  length: PeriodLength;
  now: Date;
  state: Omit<GateDecision, "lifted">;
  connectors: readonly Connector[];
  health: Health;
}

/** Numbers that may not be shown are not even read. */
async function loadContent(tx: ShopTx, shop: Shop, asked: Asked): Promise<DashboardContent> {
  const { key, length, now, state, connectors, health } = asked;
  if (connectors.length === 0) return { kind: "not_connected" };
  if (state.blocked && state.completeThrough === null) return { kind: "held_back" };
  const today = dayOf(now, shop.timeZone);
  // A dashboard that is blocked may be long behind: what it shows of its history ends there.
  const lastDay = state.blocked ? state.completeThrough! : today;
  const read = await loadDailySums(
    tx,
    shop.id,
    connectors.map(({ id }) => id),
    { from: dayBefore(lastDay, READ_DAYS), to: lastDay },
  );
  const from = startOfDay(dayBefore(lastDay, READ_DAYS), shop.timeZone);
  const spans = await loadIncidentSpans(tx, from);
  const { mapping } = loadMapping();
  const succeededAt = new Map(health.rows.map((row) => [row.id, row.lastSucceededAt]));
  const known = connectors.map(({ id, source, status }): [Source, SourceDays] => {
    const one = read.find(({ connectorId }) => connectorId === id);
    const measures = mapping[source]?.measures;
    return [
      source,
      {
        source,
        measures: measures ? new Set(Object.keys(measures)) : null,
        firstDay: one?.firstDay ?? null,
        throughDay: throughDayOf(succeededAt.get(id) ?? null, one?.profiledAt ?? null, shop.timeZone),
        days: byDay(one),
        isPaused: status === "paused",
        problemDays: new Set(
          (spans.get(id) ?? []).flatMap((span) =>
            span.kind === "days" && !span.isOver ? daysFrom(span.from, span.to) : [],
          ),
        ),
      },
    ];
  });
  return drawDashboard(key, new Map(known), {
    connectorIds: new Map(connectors.map(({ source, id }) => [source, id])),
    today,
    length,
    limit: state.blocked ? state.completeThrough : null,
  });
}

/** The connectors of a dashboard, in the catalogue's order. */
const feeding = (key: DashboardKey, { summary }: Health): Connector[] =>
  summary.connectors.filter(({ source }) => sources[source].feeds.includes(key));

const sharedBy = (shop: Shop, { summary, engineUnreachableSince, isAnythingRunning }: Health, now: Date) => ({
  shop: viewOf(shop),
  now: now.toISOString(),
  checkedAt: summary.checkedAt,
  stale: summary.stale,
  engineUnreachableSince: engineUnreachableSince?.toISOString() ?? null,
  pollSeconds: pollSecondsFor(isAnythingRunning),
});

const showSource = ({
  id,
  source,
  label,
  status,
  neverSynced,
  lastSyncedAt,
  completeThrough,
  message,
  openIncidents,
  minutesSinceSync,
  sla,
}: Connector): DashboardSource => ({
  id,
  label,
  status,
  neverSynced,
  lastSyncedAt,
  completeThrough,
  message,
  openIncidents,
  isLate: status !== "paused" && minutesSinceSync !== null && minutesSinceSync > sla.warningMinutes,
  settledAfterDays: sources[source].settledAfterDays,
});

const byDay = (read: SummedDays | undefined): SourceDays["days"] =>
  new Map(read?.days.map(({ day, rowCount, sums }) => [day, { rowCount, sums }]));

const daysFrom = (from: string, to: string): string[] => daysEnding(to, daysBetween(from, to) + 1);
