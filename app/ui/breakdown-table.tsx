import { Link } from "@shopify/polaris";
import type { Breakdown, Figure } from "../modules/dashboards/dashboard-page.ts";
import type { ShopView } from "../modules/health/pages.ts";
import styles from "./breakdown-table.module.css";
import { formatChange, formatFigure } from "./dashboard-words.ts";
import { counted } from "./format.ts";

/** The same numbers for each source; stacked where there is no room for columns. */
export function BreakdownTable({
  breakdown: { title, rowLabel, columns, rows },
  view,
}: {
  breakdown: Breakdown;
  view: ShopView;
}) {
  return (
    <table className={styles.table} aria-label={title}>
      <thead>
        <tr>
          <th scope="col">{rowLabel}</th>
          {columns.map(({ key, label }) => (
            <th key={key} scope="col" className={styles.number}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ connectorId, label, figures }) => (
          <tr key={connectorId}>
            <th scope="row">
              <Link url={`/app/connectors/${connectorId}`} removeUnderline>
                {label}
              </Link>
            </th>
            {columns.map(({ key, label: column }, index) => (
              <td key={key} className={styles.number} data-column={column}>
                <span>
                  {formatFigure(figures[index]?.value ?? null, figures[index]?.unit ?? "count", view)}
                  <span className={styles.detail}>{detailOf(figures[index] ?? null, view)}</span>
                </span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function detailOf(figure: Figure | null, view: ShopView): string {
  if (!figure) return "";
  const days = Math.max(0, ...figure.missing.map((one) => one.days));
  if (days > 0) return `${counted(days, "day")} missing`;
  if (figure.problemDays > 0) return `${counted(figure.problemDays, "day")} in doubt`;
  return figure.change === null ? "" : formatChange(figure.change, view);
}
