import { Form, NavLink } from "@remix-run/react";
import type { ReactNode } from "react";
import type { Staff } from "../modules/staff/staff.ts";
import styles from "./staff-frame.module.css";

const sections = [
  ["/staff", "Shops"],
  ["/staff/audit", "Audit"],
  ["/staff/queue", "Queue"],
  ["/staff/upstream", "Upstream"],
] as const;

/** What is around every staff page: where one can go, and who is signed in. Without anybody, only the name. */
export function StaffFrame({
  staff,
  csrf,
  children,
}: {
  staff: Staff | null;
  csrf: string;
  children: ReactNode;
}) {
  return (
    <>
      <a href="#content" className={styles.skip}>
        Skip to content
      </a>
      <header className={styles.bar}>
        <span className={styles.brand}>
          Sync Health <span className={styles.tag}>Staff</span>
        </span>
        {staff ? (
          <>
            <nav aria-label="Staff" className={styles.sections}>
              {sections.map(([to, label]) => (
                <NavLink key={to} to={to} end={to === "/staff"} className={() => styles.section}>
                  {label}
                </NavLink>
              ))}
            </nav>
            <Form method="post" action="/staff/sign-out" className={styles.person}>
              <input type="hidden" name="csrf" value={csrf} />
              <span className={styles.name} title={staff.email ?? staff.subject}>
                {staff.name}
              </span>
              <span className={styles.tag}>{staff.role}</span>
              <button type="submit" className={styles.signOut}>
                Sign out
              </button>
            </Form>
          </>
        ) : null}
      </header>
      <main id="content" tabIndex={-1} className={styles.content}>
        {children}
      </main>
    </>
  );
}
