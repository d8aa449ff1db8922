import { afterAll, beforeAll, expect, it } from "vitest";
import { db } from "#app/platform/db.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import {
  continueStaffSession,
  csrfTokenOf,
  dropExpiredStaffSessions,
  endStaffSession,
  openStaffSession,
  type StaffSession,
} from "./sessions.store.server.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const staff = { subject: "ada", name: "Ada Admin", email: "ada@example.com", role: "admin" } as const;
const start = new Date("2026-11-25T08:00:00Z");
const after = (minutes: number, seconds = 0) => new Date(start.getTime() + minutes * 60_000 + seconds * 1000);

let signIns = 0;
const open = async (now = start) => {
  signIns += 1;
  return (await openStaffSession(db(), { staff, state: `state-${signIns}`, idToken: "an-id-token", now }))!;
};

/** The session that a token opens at an instant, or why it opens none. */
async function use(token: string, now: Date): Promise<StaffSession | string> {
  const found = await continueStaffSession(token, now);
  return "session" in found ? found.session : found.refused;
}
/** As a browser does: whatever token it is given replaces the one it has. */
async function browse(token: string, minutes: readonly number[]): Promise<string> {
  let current = token;
  for (const minute of minutes) {
    const session = await use(current, after(minute));
    if (typeof session === "string") throw new Error(`${session} at minute ${minute}`);
    current = session.nextToken ?? current;
  }
  return current;
}
const upTo = (last: number, step: number) =>
  Array.from({ length: Math.floor(last / step) }, (_, n) => (n + 1) * step);

it("a session in use lives for 12 hours and no longer, through many tokens", async () => {
  const { token } = await open();
  const last = await browse(token, upTo(719, 7));
  expect(last).not.toBe(token);
  expect(await use(last, after(720))).toBe("session_expired");
});

it("a session that nobody uses ends after half an hour", async () => {
  const { token } = await open();
  expect(await use(token, after(29))).toMatchObject({ staff, nextToken: expect.any(String) });
  const another = await open();
  expect(await use(another.token, after(30))).toBe("session_idle");
});

it("several requests at once get the same next token, and none is turned away", async () => {
  const { token } = await open();
  const answers = await Promise.all(Array.from({ length: 8 }, () => use(token, after(16))));
  const tokens = new Set(answers.map((one) => (typeof one === "string" ? one : one.nextToken)));
  expect([...tokens]).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
  expect(await use([...tokens][0]!, after(17))).toMatchObject({ nextToken: null });
});

it("a browser that missed the next token is told it again, for a minute", async () => {
  const { token } = await open();
  const next = await browse(token, [16]);
  expect(await use(token, after(16, 60))).toMatchObject({ nextToken: next });
});

it("a replaced token that comes back later ends the session for both who have it", async () => {
  const { id, token } = await open();
  const next = await browse(token, [16]);
  expect(await use(token, after(17, 1))).toBe("session_reused");
  expect(await use(next, after(17, 2))).toBe("session_ended");
  const { rows } = await database.owner.query("SELECT ended_reason FROM staff_sessions WHERE id = $1", [id]);
  expect(rows).toEqual([{ ended_reason: "reused" }]);
});

it("a token from two replacements ago opens nothing", async () => {
  const { token } = await open();
  await browse(token, [16, 32]);
  expect(await use(token, after(33))).toBe("unknown_session");
});

it("one sign-in opens one session", async () => {
  const once = { staff, state: "once", idToken: "x", now: start };
  expect(await openStaffSession(db(), once)).not.toBeNull();
  expect(await openStaffSession(db(), once)).toBeNull();
});

it("signing out gives the ID token back once, and ends the session", async () => {
  const { id, token } = await open();
  expect(await endStaffSession(db(), id, after(1))).toEqual({ idToken: "an-id-token" });
  expect(await endStaffSession(db(), id, after(1))).toBeNull();
  expect(await use(token, after(1))).toBe("session_ended");
});

it("what stands in the database opens no session: no token, no ID token, no form", async () => {
  const { id, token } = await open();
  const { rows } = await database.owner.query("SELECT s::text AS row FROM staff_sessions s WHERE id = $1", [
    id,
  ]);
  for (const secret of [token, "an-id-token", csrfTokenOf(id)]) expect(rows[0].row).not.toContain(secret);
  const { rows: hashes } = await database.owner.query("SELECT token_hash FROM staff_sessions WHERE id = $1", [
    id,
  ]);
  expect(await use(hashes[0].token_hash, start)).toBe("unknown_session");
});

it("each session has a form token of its own, the same through all its tokens", async () => {
  const [one, two] = [await open(), await open()];
  expect(csrfTokenOf(one.id)).not.toBe(csrfTokenOf(two.id));
});

it("sessions that are over for a day are deleted, others are not", async () => {
  await database.owner.query("DELETE FROM staff_sessions");
  const live = await open(after(600));
  await open(start);
  const idle = await open(after(600));
  await endStaffSession(db(), idle.id, after(601));
  const kept = async () =>
    (await database.owner.query("SELECT id FROM staff_sessions ORDER BY id")).rows.map(({ id }) => id);
  expect(await dropExpiredStaffSessions(db(), after(600))).toBe(0);
  expect(await dropExpiredStaffSessions(db(), after(24 * 60 + 31))).toBe(1);
  expect(await kept()).toEqual([live.id, idle.id].sort());
  expect(await dropExpiredStaffSessions(db(), after(3 * 24 * 60))).toBe(2);
});
