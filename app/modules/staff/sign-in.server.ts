import type { AppLoadContext } from "@remix-run/node";
import { staffProviderFromEnv } from "#app/integrations/openid-connect/from-env.ts";
import type { Provider } from "#app/integrations/openid-connect/provider.ts";
import { beginSignIn, endSessionUrl, finishSignIn } from "#app/integrations/openid-connect/sign-in.ts";
import { db } from "#app/platform/db.server.ts";
import { env } from "#app/platform/env.server.ts";
import { AppError } from "#app/platform/errors.ts";
import { RateLimit } from "#app/platform/http/rate-limit.server.ts";
import { secretBox } from "#app/platform/secrets.server.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { Actor } from "../shops/shop.ts";
import { recordRefusal } from "./record-refusal.server.ts";
import { readCookie, SIGN_IN_SECONDS, setCookie } from "./session-cookie.server.ts";
import { dropExpiredStaffSessions, endStaffSession, openStaffSession } from "./sessions.store.server.ts";
import { PendingStaffSignIn, type SignInProblem, type SignInRefusal } from "./sign-in.ts";
import { actorOf, type Person, readPerson, readRole, type Staff, safeReturnPath } from "./staff.ts";

/** What a sign-in is answered with: where the browser goes on, or what stands in the way. */
export type SignInAnswer = { cookies: string[] } & (
  | { to: string }
  | { problem: SignInProblem; person?: Person | null }
);

export interface SignInCall {
  request: Request;
  context: AppLoadContext;
  requestId: string;
  now: Date;
}

const fromOneAddress = new RateLimit(60);
const SECRET = "staff sign-in";

/** Sends the browser to the provider. What it has to bring back goes along in a cookie that only we can read. */
export async function startStaffSignIn(call: SignInCall): Promise<SignInAnswer> {
  return saying(call, async (provider) => {
    const { searchParams } = new URL(call.request.url);
    const { url, pending } = await beginSignIn(provider, { isAnother: searchParams.get("as") === "another" });
    const to = safeReturnPath(searchParams.get("to"));
    const kept: PendingStaffSignIn = {
      ...pending,
      to,
      until: call.now.getTime() + SIGN_IN_SECONDS * 1000,
    };
    const cookie = Buffer.from(secretBox().encrypt(JSON.stringify(kept), SECRET)).toString("base64url");
    return { to: url.href, cookies: [setCookie("sign_in", cookie)] };
  });
}

/** Takes the browser back from the provider: a session of its own for whoever has a role. Works once for each sign-in. */
export async function finishStaffSignIn(call: SignInCall): Promise<SignInAnswer> {
  const done = [setCookie("sign_in", null)];
  const refuse = async (
    reason: SignInRefusal,
    who: { staff?: Staff; person?: Person | null } = {},
  ): Promise<SignInAnswer> => {
    await recordRefusal({ ...call, door: "sign_in", reason, ...who });
    return { problem: reason, cookies: done, ...who };
  };
  return saying(call, async (provider) => {
    const pending = readPending(call.request, call.now);
    if (!pending) return refuse("sign_in_not_begun");
    const { STAFF_OIDC_ROLE_CLAIM: roleClaim } = env();
    const answer = new URL(call.request.url).searchParams;
    const finished = await finishSignIn(
      provider,
      answer,
      pending,
      (claims) => readRole(claims, roleClaim) !== null,
    );
    if (finished.outcome === "refused") return refuse(`sign_in_${finished.reason}`);
    const person = readPerson(finished.claims);
    const role = readRole(finished.claims, roleClaim);
    if (!person || !role) return refuse("no_role", { person });
    const staff = { ...person, role };
    const token = await openSession(staff, pending.state, finished.idToken, call);
    if (!token) return refuse("sign_in_repeated", { staff });
    return { to: pending.to, cookies: [...done, setCookie("session", token)] };
  });
}

function openSession(
  staff: Staff,
  state: string,
  idToken: string,
  { now, requestId }: SignInCall,
): Promise<string | null> {
  return db().$transaction(async (tx) => {
    const opened = await openStaffSession(tx, { staff, state, idToken, now });
    if (!opened) return null;
    await dropExpiredStaffSessions(tx, now);
    await recordAudit(tx, {
      shopId: null,
      actor: actorOf(staff),
      action: "staff.signed_in",
      target: opened.id,
      after: { subject: staff.subject, role: staff.role },
      requestId,
      at: now,
    });
    return opened.token;
  });
}

/** Ends a session here. @returns where to end the one with the provider, too, or the page for whoever is signed out */
export async function signStaffOut({
  sessionId,
  actor,
  now,
  requestId,
}: {
  sessionId: string;
  actor: Actor;
  now: Date;
  requestId: string;
}): Promise<string> {
  const ended = await db().$transaction(async (tx) => {
    const session = await endStaffSession(tx, sessionId, now);
    if (session)
      await recordAudit(tx, {
        shopId: null,
        actor,
        action: "staff.signed_out",
        target: sessionId,
        requestId,
        at: now,
      });
    return session;
  });
  const provider = staffProviderFromEnv(env());
  const there = ended && provider ? await endSessionUrl(provider, ended.idToken) : null;
  return there?.href ?? "/staff/sign-in?state=signed_out";
}

/** What a person cannot mend and we did not cause is a problem to show, not a failure. */
async function saying(
  { context }: SignInCall,
  work: (provider: Provider) => Promise<SignInAnswer>,
): Promise<SignInAnswer> {
  const provider = staffProviderFromEnv(env());
  if (!provider) return { problem: "not_configured", cookies: [] };
  try {
    await fromOneAddress.spend(typeof context.callerAddress === "string" ? context.callerAddress : "");
    return await work(provider);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === "rate_limited") return { problem: "too_often", cookies: [] };
    if (error.code === "unavailable") return { problem: "provider_unreachable", cookies: [] };
    throw error;
  }
}

/** Null for no cookie, one that we did not write, or one that is too old. */
function readPending(request: Request, now: Date): PendingStaffSignIn | null {
  const cookie = readCookie(request, "sign_in");
  if (!cookie) return null;
  try {
    const text = secretBox().decrypt(Buffer.from(cookie, "base64url").toString("utf8"), SECRET);
    const pending = PendingStaffSignIn.parse(JSON.parse(text));
    return pending.until > now.getTime() ? pending : null;
  } catch {
    return null;
  }
}
