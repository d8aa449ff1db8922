import type { BackfillResult } from "../modules/backfills/backfill.ts";
import { type Formatting, formatCount, formatDay } from "./format.ts";
import styles from "./series-table.module.css";

interface ChangedDaysTableProps {
  result: BackfillResult;
  /** Which backfill it is of. */
  name: string;
  view: Formatting;
}

/** Rows of each day before and after a backfill, and of all together. */
export function ChangedDaysTable({ result, name, view }: ChangedDaysTableProps) {
  const { changedDays, rowsBefore, rowsAfter } = result;
  return (
    <details className={styles.details}>
      <summary>
        Show the days<span className={styles.hidden}>: {name}</span>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard */}
      <section className={styles.scroll} aria-label={`${name}: rows before and after`} tabIndex={0}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col" className={styles.number}>
                Rows before
              </th>
              <th scope="col" className={styles.number}>
                After
              </th>
              <th scope="col" className={styles.number}>
                Change
              </th>
            </tr>
          </thead>
          <tbody>
            {changedDays.map((one) => (
              <tr key={one.day}>
                <th scope="row">{formatDay(one.day, view)}</th>
                <td className={styles.number}>{formatCount(one.rowsBefore, view)}</td>
                <td className={styles.number}>{formatCount(one.rowsAfter, view)}</td>
                <td className={styles.number}>{formatChange(one.rowsAfter - one.rowsBefore, view)}</td>
              </tr>
            ))}
            <tr>
              <th scope="row">All days</th>
              <td className={styles.number}>{formatCount(rowsBefore, view)}</td>
              <td className={styles.number}>{formatCount(rowsAfter, view)}</td>
              <td className={styles.number}>{formatChange(rowsAfter - rowsBefore, view)}</td>
            </tr>
          </tbody>
        </table>
      </section>
    </details>
  );
}

/** "+212", "−3", "0" */
const formatChange = (change: number, view: Formatting): string =>
  change > 0 ? `+${formatCount(change, view)}` : formatCount(change, view).replace("-", "−");
