import type { ReactNode } from "react";
import styles from "./live-notice.module.css";

/** What was just done: read out when it comes, and without room on the page until then. */
export const LiveNotice = ({ children }: { children: ReactNode }) => (
  <div aria-live="polite" className={styles.notice}>
    {children}
  </div>
);
