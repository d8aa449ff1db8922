import type { BackfillReason, BackfillStatus } from "./backfill.ts";
import type { EngineStep } from "./engine.ts";

/** What moves a backfill on. */
export type BackfillEvent =
  /** Its job has taken it up, and there is a way to do it. */
  | { kind: "taken_up" }
  | { kind: "no_way"; reason: BackfillReason }
  | { kind: "engine"; step: EngineStep }
  /** Its days were compared with before. */
  | { kind: "verified" }
  | { kind: "cancel_asked" }
  /** The engine could not be spoken to for too long. */
  | { kind: "gave_up"; reason: BackfillReason }
  /** Staff have loaded its days by hand; `canCompare`: what they held before is known. */
  | { kind: "loaded_by_hand"; canCompare: boolean }
  /** Staff say that it will not be done. */
  | { kind: "given_up_by_hand" };

/** Where it is and, once something went wrong, why: a backfill that undoes its work because of a reason ends as failed. */
export interface BackfillPlace {
  status: BackfillStatus;
  reason: BackfillReason | null;
}

/**
 * The next place; null where the event changes nothing. `queued → starting → running → verifying → completed`, with
 * `cancelling` while what was done is being undone, and `needs_operator` while a person is waited for. What could not be
 * put back is tried on while somebody is called: it ends by itself when it can be.
 */
export function moveBackfill(from: BackfillPlace, event: BackfillEvent): BackfillPlace | null {
  const { status } = from;
  if (status === "completed" || status === "failed" || status === "cancelled") return null;
  switch (event.kind) {
    case "taken_up":
      return status === "queued" ? { status: "starting", reason: null } : null;
    case "no_way":
      return status === "queued" || status === "starting"
        ? { status: "needs_operator", reason: event.reason }
        : null;
    case "cancel_asked":
      if (status === "queued" || (status === "needs_operator" && !isBeingUndone(from)))
        return { status: "cancelled", reason: null };
      return status === "verifying" || status === "cancelling"
        ? null
        : { status: "cancelling", reason: null };
    case "gave_up":
      // Even undoing it was not possible: somebody has to look.
      if (status === "needs_operator") return null;
      return status === "cancelling"
        ? { status: "needs_operator", reason: "not_put_back" }
        : status === "verifying"
          ? { status: "failed", reason: "not_verified" }
          : { status: "cancelling", reason: event.reason };
    case "loaded_by_hand":
      if (status !== "needs_operator") return null;
      return { status: event.canCompare ? "verifying" : "completed", reason: null };
    case "given_up_by_hand":
      return status === "needs_operator"
        ? { status: "failed", reason: from.reason ?? "no_way_to_backfill" }
        : null;
    case "verified":
      return status === "verifying" ? { status: "completed", reason: null } : null;
    case "engine":
      return status === "starting" || status === "running" || isBeingUndone(from)
        ? afterEngine(from, event.step)
        : null;
  }
}

/** What was changed is not as it was before yet. */
export const isBeingUndone = ({ status, reason }: BackfillPlace): boolean =>
  status === "cancelling" || (status === "needs_operator" && reason === "not_put_back");

function afterEngine({ status, reason }: BackfillPlace, step: EngineStep): BackfillPlace | null {
  switch (step.kind) {
    case "working":
      if (status === "needs_operator") return { status: "cancelling", reason: "engine_unreachable" };
      return status === "starting" ? { status: "running", reason: null } : null;
    // It was done before the wish to cancel arrived: what is loaded is looked at.
    case "loaded":
      return { status: "verifying", reason: null };
    case "stopped":
      if (status === "needs_operator") return { status: "failed", reason: "engine_unreachable" };
      return reason === null ? { status: "cancelled", reason: null } : { status: "failed", reason };
    case "failed":
      return { status: "failed", reason: step.reason };
    case "needs_operator":
      return { status: "needs_operator", reason: step.reason };
  }
}
