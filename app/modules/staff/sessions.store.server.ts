import { randomBytes } from "node:crypto";
import { sha256 } from "#app/platform/crypto.server.ts";
import { type DbTransaction, db } from "#app/platform/db.server.ts";
import { secretBox } from "#app/platform/secrets.server.ts";
import { IDLE_MINUTES, judgeSession, LIFETIME_HOURS } from "./session-lifetime.ts";
import type { Staff } from "./staff.ts";

/** A session that is live, with what it needs to go on. */
export interface StaffSession {
  id: string;
  staff: Staff;
  /** The token to give to the browser from now on; null: the one it has. */
  nextToken: string | null;
}

export type SessionRefusal =
  | "unknown_session"
  | "session_ended"
  | "session_expired"
  | "session_idle"
  | "session_reused";

/**
 * Opens a session of its own for every sign-in.
 * @param state of the sign-in, which opens one session and no second
 * @returns its token, which is stored nowhere; null when the sign-in has opened one before
 */
export async function openStaffSession(
  tx: DbTransaction,
  { staff, state, idToken, now }: { staff: Staff; state: string; idToken: string; now: Date },
): Promise<{ id: string; token: string } | null> {
  const token = randomBytes(32).toString("base64url");
  const signInHash = sha256(state);
  const [opened] = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO staff_sessions (token_hash, sign_in_hash, subject, name, email, role, id_token_encrypted, signed_in_at, last_seen_at, rotated_at)
    VALUES (${sha256(token)}, ${signInHash}, ${staff.subject}, ${staff.name}, ${staff.email}, ${staff.role},
      ${secretBox().encrypt(idToken, idTokenContext(signInHash))}, ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz)
    ON CONFLICT (sign_in_hash) DO NOTHING RETURNING id`;
  return opened ? { id: opened.id, token } : null;
}

interface SessionRow extends Staff {
  id: string;
  isPreviousToken: boolean;
  signedInAt: Date;
  lastSeenAt: Date;
  rotatedAt: Date;
  endedAt: Date | null;
}

/**
 * The session of a token, kept alive by this request. A token that was replaced longer ago than requests take ends the
 * session for everybody.
 */
export async function continueStaffSession(
  token: string,
  now: Date,
): Promise<{ session: StaffSession } | { refused: SessionRefusal; staff: Staff | null }> {
  const hash = sha256(token);
  const [found] = await db().$queryRaw<SessionRow[]>`
    SELECT id, subject, name, email, role, previous_hash IS NOT DISTINCT FROM ${hash} AS "isPreviousToken",
      signed_in_at AS "signedInAt", last_seen_at AS "lastSeenAt", rotated_at AS "rotatedAt", ended_at AS "endedAt"
    FROM staff_sessions WHERE token_hash = ${hash} OR previous_hash = ${hash}`;
  if (!found) return { refused: "unknown_session", staff: null };
  const { id, subject, name, email, role } = found;
  const staff = { subject, name, email, role };
  const verdict = judgeSession(found, now);
  if (!verdict.live) {
    if (verdict.reason === "session_reused") await endSession(db(), id, "reused", now);
    return { refused: verdict.reason, staff };
  }
  const nextToken = verdict.next === "rotate" || verdict.next === "repeat" ? tokenAfter(token) : null;
  if (verdict.next === "rotate")
    // Of several requests at once the first replaces it; all give the same next token.
    await db().$executeRaw`
      UPDATE staff_sessions SET previous_hash = token_hash, token_hash = ${sha256(nextToken!)},
        rotated_at = ${now}::timestamptz, last_seen_at = ${now}::timestamptz
      WHERE id = ${id}::uuid AND token_hash = ${hash} AND ended_at IS NULL`;
  if (verdict.next === "note")
    await db().$executeRaw`
      UPDATE staff_sessions SET last_seen_at = greatest(last_seen_at, ${now}::timestamptz) WHERE id = ${id}::uuid`;
  return { session: { id, staff, nextToken } };
}

/** Nobody can tell the next token from this one without our key; a browser that missed it is told the same again. */
const tokenAfter = (token: string): string => secretBox().fingerprint(token, "staff session after");

/** Proves that a form is of this session. The same for as long as the session lives, whatever its token is by now. */
export const csrfTokenOf = (sessionId: string): string => secretBox().fingerprint(sessionId, "staff csrf");

/** @returns the ID token of the sign-in, to show to the provider; null when the session was over already */
export async function endStaffSession(
  tx: DbTransaction,
  sessionId: string,
  now: Date,
): Promise<{ idToken: string } | null> {
  const [ended] = await endSession(tx, sessionId, "signed_out", now);
  if (!ended) return null;
  return { idToken: secretBox().decrypt(ended.idTokenEncrypted, idTokenContext(ended.signInHash)) };
}

const endSession = (tx: DbTransaction, id: string, reason: "signed_out" | "reused", now: Date) =>
  tx.$queryRaw<{ idTokenEncrypted: string; signInHash: string }[]>`
    UPDATE staff_sessions SET ended_at = ${now}::timestamptz, ended_reason = ${reason}
    WHERE id = ${id}::uuid AND ended_at IS NULL
    RETURNING id_token_encrypted AS "idTokenEncrypted", sign_in_hash AS "signInHash"`;

const idTokenContext = (signInHash: string) => `staff_sessions:${signInHash}`;

/**
 * Deletes sessions that are over, but for the last day: until then a sign-in that was used is known as used.
 * @returns how many
 */
export function dropExpiredStaffSessions(tx: DbTransaction, now: Date): Promise<number> {
  const at = now.getTime();
  const day = 24 * 3_600_000;
  return tx.$executeRaw`
    DELETE FROM staff_sessions
    WHERE signed_in_at < ${new Date(at - LIFETIME_HOURS * 3_600_000 - day)}::timestamptz
      OR greatest(last_seen_at, ended_at) < ${new Date(at - IDLE_MINUTES * 60_000 - day)}::timestamptz`;
}
