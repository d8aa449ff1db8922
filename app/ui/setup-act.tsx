import type { ReactNode } from "react";
import type { SetupDone } from "../modules/staff/setup-page.ts";
import styles from "./queue-view.module.css";
import { type Choice, ReasonForm } from "./reason-form.tsx";

/** Something that can be done on the setup page, folded up until it is wanted. */
export function SetupAct({
  title,
  about,
  choice,
  hidden = {},
  children,
  onDone,
}: {
  title: string;
  /** What it is done to, where several of them stand side by side. */
  about?: string;
  choice: Choice;
  hidden?: Readonly<Record<string, string>>;
  children?: ReactNode;
  onDone: (done: SetupDone) => void;
}) {
  return (
    <details className={styles.act}>
      <summary>
        {title}
        {about ? <span className="Polaris-Text--visuallyHidden"> {about}</span> : null}
      </summary>
      <ReasonForm<SetupDone> hidden={hidden} choices={[choice]} onDone={onDone}>
        {children}
      </ReasonForm>
    </details>
  );
}
