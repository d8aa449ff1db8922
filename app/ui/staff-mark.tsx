import styles from "./staff-mark.module.css";

/** The product's name as staff see it. */
export function StaffMark() {
  return (
    <span className={styles.mark}>
      <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
        <rect width="20" height="20" rx="5" className={styles.tile} />
        <path d="M3.5 10.5h3l2-5 3 9 2-4h3" className={styles.pulse} />
      </svg>
      Sync Health <span className={styles.staff}>Staff</span>
    </span>
  );
}
