import { Form, Link, useNavigation } from "@remix-run/react";
import type { ReactNode } from "react";
import type { Staff } from "../modules/staff/staff.ts";
import styles from "./staff-frame.module.css";
import { StaffMark } from "./staff-mark.tsx";

const sections = [
  { to: "/staff", label: "Shops", isHere: (path: string) => /^\/staff(\/shops|$)/.test(path) },
  { to: "/staff/audit", label: "Audit" },
  { to: "/staff/queue", label: "Queue" },
  { to: "/staff/upstream", label: "Upstream" },
];

/** What is around every staff page: where one can go, and who is signed in. Without anybody, only the name. */
export function StaffFrame({
  staff,
  csrf,
  path,
  children,
}: {
  staff: Staff | null;
  csrf: string;
  /** Of the page inside. */
  path: string;
  children: ReactNode;
}) {
  const isLoading = useNavigation().state !== "idle";
  return (
    <>
      <a href="#content" className={styles.skip}>
        Skip to content
      </a>
      <header className={styles.bar}>
        <Link to="/staff" className={styles.home}>
          <StaffMark />
        </Link>
        {staff ? (
          <>
            <nav aria-label="Staff" className={styles.sections}>
              {sections.map(({ to, label, isHere }) => {
                const isCurrent = isHere ? isHere(path) : path.startsWith(to);
                return (
                  <Link
                    key={to}
                    to={to}
                    className={styles.section}
                    {...(isCurrent ? { "aria-current": "page" as const } : {})}
                  >
                    {label}
                  </Link>
                );
              })}
            </nav>
            <Form method="post" action="/staff/sign-out" className={styles.person}>
              <input type="hidden" name="csrf" value={csrf} />
              <span className={styles.name} title={staff.email ?? staff.subject}>
                {staff.name}
              </span>
              <span className={styles.role}>{staff.role}</span>
              <button type="submit" className={styles.signOut}>
                Sign out
              </button>
            </Form>
          </>
        ) : null}
        <span className={styles.progress} data-loading={isLoading || undefined} />
      </header>
      <main id="content" tabIndex={-1} className={styles.content}>
        {children}
      </main>
    </>
  );
}
