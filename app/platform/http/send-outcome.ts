import type { PostOutcome } from "./post-json.ts";
import type { Retry } from "./retry-after.ts";

/** Whether something was taken by the outside system; if not, why, and whether to try again. Holds no secret. */
export type SendOutcome =
  | { sent: true; status: number }
  | { sent: false; retry: Retry; status: number | null; reason: string };

/** Judges an answer as most HTTP APIs mean it: only what may pass by itself is worth trying again. */
export function judgeAnswer(outcome: PostOutcome): SendOutcome {
  if (outcome.kind === "no_answer")
    return { sent: false, retry: "backoff", status: null, reason: `no answer (${outcome.reason})` };
  const { status, retryAfterSeconds } = outcome;
  if (status >= 200 && status < 300) return { sent: true, status };
  const later: Retry = retryAfterSeconds === null ? "backoff" : { afterSeconds: retryAfterSeconds };
  if (status === 429) return { sent: false, retry: later, status, reason: "throttled" };
  if (status >= 500 || status === 408)
    return { sent: false, retry: later, status, reason: `answered ${status}` };
  return { sent: false, retry: "never", status, reason: `refused with ${status}` };
}
