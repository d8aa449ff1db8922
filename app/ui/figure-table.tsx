import type { FigureChart } from "../modules/dashboards/dashboard-page.ts";
import type { ShopView } from "../modules/health/pages.ts";
import { type DayOfChart, formatFigure, noteOnDay } from "./dashboard-words.ts";
import { formatDay } from "./format.ts";
import styles from "./series-table.module.css";

interface FigureTableProps {
  chart: FigureChart;
  points: readonly DayOfChart[];
  view: ShopView;
}

/** A chart's days as a table, newest first. */
export function FigureTable({ chart: { title, unit }, points, view }: FigureTableProps) {
  return (
    <details className={styles.details}>
      <summary>
        Show as table<span className={styles.hidden}>: {title}</span>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard */}
      <section className={styles.scroll} aria-label={`${title}, as a table`} tabIndex={0}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col" className={styles.number}>
                Number
              </th>
              <th scope="col">Note</th>
            </tr>
          </thead>
          <tbody>
            {[...points].reverse().map((point) => (
              <tr key={point.day}>
                <th scope="row">{formatDay(point.day, view)}</th>
                <td className={styles.number}>{formatFigure(point.value, unit, view)}</td>
                <td>{noteOnDay(point)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
