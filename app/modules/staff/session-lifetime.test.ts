import { expect, it } from "vitest";
import { judgeSession } from "./session-lifetime.ts";

const now = new Date("2026-11-25T12:00:00Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const minutes = 60;
const hours = 3_600;

/** Seconds since each, or whether it is so. */
interface Case {
  signedIn?: number;
  seen?: number;
  rotated?: number;
  isPrevious?: boolean;
  isEnded?: boolean;
}

it.each<[what: string, facts: Case, verdict: string]>([
  ["a new session goes on", {}, "keep"],
  ["use is noted after a minute", { seen: 60 }, "note"],
  ["and not before", { seen: 59 }, "keep"],
  ["a token is replaced after a quarter of an hour", { rotated: 15 * minutes, seen: 10 }, "rotate"],
  ["and not before", { rotated: 15 * minutes - 1, seen: 10 }, "keep"],
  ["30 minutes without use end it", { seen: 30 * minutes, rotated: 30 * minutes }, "session_idle"],
  ["a second less does not", { seen: 30 * minutes - 1, rotated: 5 }, "note"],
  ["12 hours end it in the middle of use", { signedIn: 12 * hours }, "session_expired"],
  ["a second less does not", { signedIn: 12 * hours - 1 }, "keep"],
  ["whoever signed out is out", { isEnded: true }, "session_ended"],
  ["the token before is good for a minute", { isPrevious: true, rotated: 60 }, "repeat"],
  ["and then a sign of theft", { isPrevious: true, rotated: 61 }, "session_reused"],
  [
    "a session that is over is no theft",
    { isPrevious: true, rotated: 40 * minutes, seen: 40 * minutes },
    "session_idle",
  ],
])("%s", (_, { signedIn = 0, seen = 0, rotated = 0, isPrevious = false, isEnded = false }, expected) => {
  const verdict = judgeSession(
    {
      isPreviousToken: isPrevious,
      signedInAt: ago(signedIn),
      lastSeenAt: ago(seen),
      rotatedAt: ago(rotated),
      endedAt: isEnded ? ago(1) : null,
    },
    now,
  );
  expect(verdict.live ? verdict.next : verdict.reason).toBe(expected);
});
