import { z } from "zod";

/** One thing that was looked at. `ok` null: it could not be told. */
export const Finding = z.object({ what: z.string(), found: z.string(), ok: z.boolean().nullable() });
export type Finding = z.infer<typeof Finding>;

/** What staff do about it, on this page or elsewhere; the page offers what it can as a button. */
export const DiagnosisAction = z.object({
  code: z.enum([
    "sync_now",
    "resume",
    "backfill",
    "cancel_backfill",
    "finish_backfill",
    "open_setup",
    "replace_credentials",
    "ask_merchant",
    "look_at_airbyte",
    "look_at_pipeline",
    "wait",
    "none",
  ]),
  label: z.string(),
});
export type DiagnosisAction = z.infer<typeof DiagnosisAction>;

/** A question that support is asked, answered from what is stored: what was looked at, what it says, what to do. */
export const Diagnosis = z.object({
  kind: z.enum(["never_synced", "stale", "backfill_fails"]),
  connectorId: z.uuid(),
  source: z.string(),
  question: z.string(),
  checked: z.array(Finding),
  conclusion: z.string(),
  action: DiagnosisAction,
});
export type Diagnosis = z.infer<typeof Diagnosis>;

export const findOut = (what: string, ok: boolean | null, found: string): Finding => ({ what, found, ok });

export const act = (code: DiagnosisAction["code"], label: string): DiagnosisAction => ({ code, label });

/** A sign-in is no longer accepted: ours in Airbyte can be replaced, a pipeline's own is its owner's. */
export const askForSignIn = (engine: "airbyte" | "push", after = ""): DiagnosisAction =>
  engine === "airbyte"
    ? act("replace_credentials", `Replace the credentials, or ask the merchant to reconnect${after}`)
    : act("ask_merchant", `Ask the merchant to give its pipeline a sign-in that works${after}`);
