import type { SeriesChart } from "../modules/checks/series-chart.ts";
import { type Formatting, formatDay } from "./format.ts";
import styles from "./series-table.module.css";
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
                Actual
              </th>
              <th scope="col" className={styles.number}>
                Expected
              </th>
              <th scope="col">Note</th>
            </tr>
          </thead>
          <tbody>
            {[...points].reverse().map((point) => (
              <tr key={point.day}>
                <th scope="row">{formatDay(point.day, view)}</th>
                <td className={styles.number}>
                  {point.value === null ? "—" : formatAmount(point.value, unit, view)}
                </td>
                <td className={styles.number}>{expectedInWords(point, unit, view)}</td>
                <td>{noteOf(point, { provisionalFrom, marked })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
