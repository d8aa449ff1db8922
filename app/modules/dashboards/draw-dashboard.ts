import { type DashboardKey, type Source, sources } from "../connectors/sources.ts";
import { type BreakdownDefinition, dashboardCatalog } from "./dashboard-catalog.ts";
import type { Breakdown, DashboardContent, Figure, FigureChart } from "./dashboard-page.ts";
import { chartOf, daysIn, totalOf } from "./figures.ts";
import { choosePeriods, type Period, type SourceDays } from "./source-days.ts";

interface Drawn {
  connectorIds: ReadonlyMap<Source, string>;
  today: string;
  length: number;
  /** No later day may be shown. Null: nothing is blocked. */
  limit: string | null;
}

interface Shown extends Drawn {
  known: ReadonlyMap<Source, SourceDays>;
  current: Period;
  previous: Period;
}

/** A dashboard's figures from what is known of its sources' days. */
export function drawDashboard(
  key: DashboardKey,
  known: ReadonlyMap<Source, SourceDays>,
  drawn: Drawn,
): DashboardContent {
  const { totals, charted, breakdown } = dashboardCatalog[key];
  const throughDays = [...known.values()].map(({ isPaused, throughDay }) => (isPaused ? null : throughDay));
  const periods = choosePeriods(throughDays, { ...drawn, count: drawn.length });
  if (!periods) return { kind: "waiting" };
  const shown: Shown = { ...drawn, known, ...periods };
  return {
    kind: "figures",
    isHistory: drawn.limit !== null,
    ...periods,
    days: daysIn(periods.current),
    totals: totals.flatMap((definition) => totalOf(definition, known, periods) ?? []),
    charts: totals
      .filter((definition) => charted.includes(definition.key))
      .flatMap((definition) => chart(definition, `${definition.label} per day`, shown)),
    breakdown: breakdown && breakDown(breakdown, shown),
  };
}

const chart = (
  definition: Parameters<typeof chartOf>[0],
  title: string,
  { known, current, today }: Shown,
): FigureChart[] => {
  const drawn = chartOf(definition, known, { period: current, today, title });
  return drawn ? [drawn] : [];
};

/** The sources a shop has, each with its figures. Null with less than two: there is nothing to tell apart. */
function breakDown(definition: BreakdownDefinition, shown: Shown): Breakdown | null {
  const present = definition.sources.filter(
    (source) => (shown.known.get(source)?.throughDay ?? null) !== null,
  );
  if (present.length < 2) return null;
  const { title, rowLabel, chartsTitle, figuresOf, charted } = definition;
  return {
    title,
    rowLabel,
    chartsTitle,
    columns: figuresOf(present[0]!).map(({ key, label }) => ({ key, label })),
    rows: present.map((source) => ({
      connectorId: shown.connectorIds.get(source)!,
      label: sources[source].label,
      figures: figuresOf(source).map((figure): Figure | null => totalOf(figure, shown.known, shown)),
    })),
    charts: present.flatMap((source) =>
      figuresOf(source)
        .filter(({ key }) => key === charted)
        .flatMap((figure) => chart({ ...figure, key: source }, sources[source].label, shown)),
    ),
  };
}
