import type { AppLoadContext } from "@remix-run/node";
import { staffProviderFromEnv } from "#app/integrations/openid-connect/from-env.ts";
import { env } from "#app/platform/env.server.ts";
import { recordRefusal } from "./record-refusal.server.ts";
import type { StaffRefusal } from "./refusal.ts";
import { readCookie, setCookie } from "./session-cookie.server.ts";
import { continueStaffSession, type StaffSession } from "./sessions.store.server.ts";
import type { Staff } from "./staff.ts";

export interface AskedBy {
  request: Request;
  context: AppLoadContext;
  requestId: string;
  now: Date;
  door: "page" | "form";
}

/** `cookie`: the `Set-Cookie` that the answer has to carry, if any. */
export type Admission =
  | { session: StaffSession; cookie: string | null }
  | { session: null; isConfigured: boolean; cookie: string | null };

/** One request has several loaders: its session is looked up, counted as used and refused once. */
const admissions = new WeakMap<AppLoadContext, Promise<Admission>>();

/** Whose session a request comes with. Whoever has none is noted in the audit. */
export function admit(asked: AskedBy): Promise<Admission> {
  const before = admissions.get(asked.context);
  if (before) return before;
  const admission = lookUp(asked);
  admissions.set(asked.context, admission);
  return admission;
}

async function lookUp({ request, context, requestId, now, door }: AskedBy): Promise<Admission> {
  if (!staffProviderFromEnv(env())) return { session: null, isConfigured: false, cookie: null };
  const token = readCookie(request, "session");
  const refuse = async (reason: StaffRefusal, staff: Staff | null = null): Promise<Admission> => {
    await recordRefusal({ reason, door, request, context, requestId, now, staff });
    return { session: null, isConfigured: true, cookie: token ? setCookie("session", null) : null };
  };
  if (!token) return refuse(hasOtherToken(request) ? "token_on_page" : "no_session");
  const found = await continueStaffSession(token, now);
  if ("refused" in found) return refuse(found.refused, found.staff);
  const { session } = found;
  context.staff = session.staff.subject;
  return { session, cookie: session.nextToken ? setCookie("session", session.nextToken) : null };
}

/** A merchant's token, or one for the API: on a page neither says who somebody is. */
const hasOtherToken = (request: Request): boolean =>
  request.headers.has("authorization") || new URL(request.url).searchParams.has("id_token");
