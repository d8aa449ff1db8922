import type { SeriesChart } from "../modules/checks/series-chart.ts";
import { FoldOutTable } from "./fold-out-table.tsx";
import { type Formatting, formatDay } from "./format.ts";
import { expectedInWords, formatAmount, noteOf } from "./series-words.ts";

interface SeriesTableProps {
  chart: SeriesChart;
  view: Formatting;
  marked: readonly string[];
}

/** A chart's days as a table, newest first. */
export function SeriesTable({ chart, view, marked }: SeriesTableProps) {
  const { title, unit, points, provisionalFrom } = chart;
  return (
    <FoldOutTable
      summary="Show as table"
      name={title}
      label={`${title}, as a table`}
      columns={[
        { title: "Day" },
        { title: "Actual", isNumber: true },
        { title: "Expected", isNumber: true },
        { title: "Note" },
      ]}
      rows={points.toReversed().map((point) => ({
        key: point.day,
        cells: [
          formatDay(point.day, view),
          point.value === null ? "—" : formatAmount(point.value, unit, view),
          expectedInWords(point, unit, view),
          noteOf(point, { provisionalFrom, marked }),
        ],
      }))}
    />
  );
}
