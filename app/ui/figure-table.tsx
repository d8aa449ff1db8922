import type { FigureChart } from "../modules/dashboards/dashboard-page.ts";
import type { ShopView } from "../modules/health/pages.ts";
import { type DayOfChart, formatFigure, noteOnDay } from "./dashboard-words.ts";
import { FoldOutTable } from "./fold-out-table.tsx";
import { formatDay } from "./format.ts";

interface FigureTableProps {
  chart: FigureChart;
  points: readonly DayOfChart[];
  view: ShopView;
}

/** A chart's days as a table, newest first. */
export function FigureTable({ chart: { title, unit }, points, view }: FigureTableProps) {
  return (
    <FoldOutTable
      summary="Show as table"
      name={title}
      label={`${title}, as a table`}
      columns={[{ title: "Day" }, { title: "Number", isNumber: true }, { title: "Note" }]}
      rows={points.toReversed().map((point) => ({
        key: point.day,
        cells: [formatDay(point.day, view), formatFigure(point.value, unit, view), noteOnDay(point)],
      }))}
    />
  );
}
