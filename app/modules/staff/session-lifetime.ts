/** Without a request for so long, a session is over. */
export const IDLE_MINUTES = 30;
/** And so long after the sign-in, whatever happens. */
export const LIFETIME_HOURS = 12;
/** A token in use is replaced by the next one after so long. */
export const ROTATE_MINUTES = 15;
/** Requests that were on their way while a token was replaced may still carry the one before. */
export const PREVIOUS_TOKEN_SECONDS = 60;
/** How exactly it is noted when a session was last used: not with every request. */
const SEEN_SECONDS = 60;

const MINUTE = 60_000;

/** What is known of a session whose token, or the one before it, was shown. */
export interface SessionFacts {
  isPreviousToken: boolean;
  signedInAt: Date;
  lastSeenAt: Date;
  rotatedAt: Date;
  endedAt: Date | null;
}

/**
 * `keep`: as it is · `note`: say that it was used · `rotate`: give the next token · `repeat`: give the token again that
 * replaced the one shown.
 */
export type SessionVerdict =
  | { live: true; next: "keep" | "note" | "rotate" | "repeat" }
  | { live: false; reason: "session_ended" | "session_expired" | "session_idle" | "session_reused" };

/** A token that was replaced and comes back later is in two hands: nobody may go on with either. */
export function judgeSession(facts: SessionFacts, now: Date): SessionVerdict {
  const since = (then: Date) => now.getTime() - then.getTime();
  if (facts.endedAt) return { live: false, reason: "session_ended" };
  if (since(facts.signedInAt) >= LIFETIME_HOURS * 60 * MINUTE)
    return { live: false, reason: "session_expired" };
  if (since(facts.lastSeenAt) >= IDLE_MINUTES * MINUTE) return { live: false, reason: "session_idle" };
  if (facts.isPreviousToken)
    return since(facts.rotatedAt) > PREVIOUS_TOKEN_SECONDS * 1000
      ? { live: false, reason: "session_reused" }
      : { live: true, next: "repeat" };
  if (since(facts.rotatedAt) >= ROTATE_MINUTES * MINUTE) return { live: true, next: "rotate" };
  return { live: true, next: since(facts.lastSeenAt) >= SEEN_SECONDS * 1000 ? "note" : "keep" };
}
