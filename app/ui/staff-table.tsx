import type { ReactNode } from "react";
import styles from "./staff-table.module.css";

export interface StaffColumn {
  title: string;
  isNumber?: boolean;
}

/** A table of the staff pages; one that is too wide for its card scrolls inside it, by keyboard too. */
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
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className={styles.wrap} aria-label={label} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {columns.map(({ title, isNumber }) => (
              <th key={title} scope="col" className={isNumber ? styles.number : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

export const NumberCell = ({ children }: { children: ReactNode }) => (
  <td className={styles.number}>{children}</td>
);

/** What a machine calls it. */
export const Code = ({ children }: { children: ReactNode }) => (
  <span className={styles.code}>{children}</span>
);

/** A smaller second line of a cell. */
export const CellDetail = ({ children }: { children: ReactNode }) => (
  <p className={styles.detail}>{children}</p>
);

export const Quiet = ({ children }: { children: ReactNode }) => (
  <span className={styles.quiet}>{children}</span>
);

/** An error as it was written, lines and all. */
export const ErrorText = ({ label, children }: { label: string; children: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
  <section className={styles.error} tabIndex={0} aria-label={label}>
    {children}
  </section>
);

/** "25 Nov 2026, 04:46:10", in UTC: staff are in many places, shops in others. */
export function UtcTime({ at }: { at: string }) {
  return (
    <time dateTime={at} className={styles.time}>
      {formatUtc(at)}
    </time>
  );
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function formatUtc(at: string): string {
  const [, year, month, day, time] = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2}:\d{2})/.exec(at) ?? [];
  return `${Number(day)} ${months[Number(month) - 1]} ${year}, ${time}`;
}

const steps = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
] as const;

/** "3 h": how long it has been, in its largest unit. */
export function sinceThen(at: string, now: string): string {
  const seconds = Math.max(0, Math.floor((Date.parse(now) - Date.parse(at)) / 1000));
  const [size, unit] = steps.find(([size]) => seconds >= size) ?? [1, "s"];
  return `${Math.floor(seconds / size)} ${unit}`;
}
