import type { ReactNode } from "react";
import styles from "./staff-table.module.css";

export interface StaffColumn {
  label: string;
  /** Numbers stand to the right. */
  isNumber?: boolean;
  /** The column has no words to say what it holds: buttons. */
  isHidden?: boolean;
}

/** A table of staff's: it scrolls by itself where it is wider than its place. */
export function StaffTable({
  label,
  columns,
  children,
}: {
  label: string;
  columns: readonly StaffColumn[];
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it by keyboard
    <section className={styles.scroll} aria-label={label} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {columns.map(({ label: name, isNumber, isHidden }) =>
              isHidden ? (
                <td key={name} />
              ) : (
                <th key={name} scope="col" className={isNumber ? styles.number : undefined}>
                  {name}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

/** A smaller second line in a cell. */
export function CellDetail({ children }: { children: ReactNode }) {
  return <p className={styles.detail}>{children}</p>;
}

/** What a machine said, word for word. */
export function RawText({ children }: { children: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long ones scroll
    <pre className={styles.raw} tabIndex={0}>
      {children}
    </pre>
  );
}

export { styles as staffTableStyles };
