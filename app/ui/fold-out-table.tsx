import styles from "./fold-out-table.module.css";

interface FoldOutTableProps {
  /** What is clicked, e.g. "Show as table". */
  summary: string;
  /** Which one of many, for those who do not see where it stands. */
  name: string;
  /** What the table holds. */
  label: string;
  columns: readonly { title: string; isNumber?: boolean }[];
  /** The first cell of each row is its heading. */
  rows: readonly { key: string; cells: readonly string[] }[];
}

/** A table that is there when asked for, and scrolls by itself. */
export function FoldOutTable({ summary, name, label, columns, rows }: FoldOutTableProps) {
  const styleOf = (index: number) => (columns[index]?.isNumber ? styles.number : undefined);
  return (
    <details className={styles.details}>
      <summary>
        {summary}
        <span className={styles.hidden}>: {name}</span>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard */}
      <section className={styles.scroll} aria-label={label} tabIndex={0}>
        <table className={styles.table}>
          <thead>
            <tr>
              {columns.map(({ title }, index) => (
                <th key={title} scope="col" className={styleOf(index)}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, cells: [heading, ...cells] }) => (
              <tr key={key}>
                <th scope="row">{heading}</th>
                {cells.map((cell, index) => (
                  <td key={columns[index + 1]?.title} className={styleOf(index + 1)}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
