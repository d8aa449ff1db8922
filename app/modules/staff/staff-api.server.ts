import type { AppLoadContext } from "@remix-run/node";
import { verifyAccessToken } from "#app/integrations/openid-connect/access-token.ts";
import { staffProviderFromEnv } from "#app/integrations/openid-connect/from-env.ts";
import { env } from "#app/platform/env.server.ts";
import { AppError } from "#app/platform/errors.ts";
import { answerProblems } from "#app/platform/http/answer-problems.server.ts";
import type { Method } from "#app/platform/http/methods.server.ts";
import { parseInput, parseJsonBody } from "#app/platform/http/parse-input.server.ts";
import { RateLimit } from "#app/platform/http/rate-limit.server.ts";
import { recordRefusal } from "./record-refusal.server.ts";
import type { StaffRefusal } from "./refusal.ts";
import { actorOf, mayAct, readStaff, type Staff, type StaffRole } from "./staff.ts";
import type { Parsed, Schema, StaffCall } from "./staff-call.ts";

/** What the route is called with; Remix' own arguments fit. */
interface RouteCall {
  request: Request;
  params: Record<string, string | undefined>;
  context: AppLoadContext;
}

export interface StaffApi<Params extends Schema, Query extends Schema, Body extends Schema> {
  method: Method;
  /** 200 where nothing is said; 202 for what is only begun. */
  status?: 200 | 202;
  /** Who may call it; support where nothing is said. */
  role?: StaffRole;
  /** What `params` name, for the answer when they name nothing: `incident`. */
  resource?: string;
  params?: Params;
  query?: Query;
  body?: Body;
}

export type StaffApiCall<Params extends Schema, Query extends Schema, Body extends Schema> = StaffCall<
  Params,
  Query
> & { body: Parsed<Body> };

const reads = new RateLimit(1_200);
const writes = new RateLimit(120);

/**
 * A JSON resource of the staff API: a Bearer access token of the provider that staff sign in with, made for this API and
 * with a role in it. Cookies say nothing here, and a merchant's token says who a merchant is. `work` may answer a Response.
 */
export function staffApi<
  Params extends Schema = undefined,
  Query extends Schema = undefined,
  Body extends Schema = undefined,
>(
  api: StaffApi<Params, Query, Body>,
  work: (call: StaffApiCall<Params, Query, Body>) => Promise<unknown>,
): (call: RouteCall) => Promise<Response> {
  return ({ request, params, context }) =>
    answerProblems(
      request,
      api.method,
      async (requestId) => {
        const asked = { request, context, requestId, now: new Date(), door: "api" as const };
        const staff = await authenticate(asked);
        context.staff = staff.subject;
        const { role = "support", resource = "resource" } = api;
        if (!mayAct(staff.role, role)) {
          await recordRefusal({ ...asked, reason: "role", staff });
          throw new AppError("forbidden", `This takes the role ${role}; the token has ${staff.role}.`);
        }
        await (api.method === "GET" ? reads : writes).spend(staff.subject);
        const named = api.params?.safeParse(params);
        if (named && !named.success) throw new AppError("not_found", `There is no such ${resource}.`);
        const query = Object.fromEntries(new URL(request.url).searchParams);
        const answer = await work({
          staff,
          actor: actorOf(staff),
          params: named?.data,
          query: api.query ? parseInput(api.query, query, "query") : undefined,
          body: api.body ? await parseJsonBody(api.body, request) : undefined,
          request,
          requestId,
          now: asked.now,
        } as StaffApiCall<Params, Query, Body>);
        if (answer instanceof Response) return answer;
        return Response.json(answer, {
          status: api.status ?? 200,
          headers: { "Cache-Control": "no-store" },
        });
      },
      { "WWW-Authenticate": "Bearer" },
    );
}

/** @throws AppError unauthenticated; forbidden for somebody without a role; unavailable when nobody can be told apart */
async function authenticate(asked: {
  request: Request;
  context: AppLoadContext;
  requestId: string;
  now: Date;
  door: "api";
}): Promise<Staff> {
  const provider = staffProviderFromEnv(env());
  if (!provider) throw new AppError("unavailable", "Staff sign-in is not configured.");
  const refuse = async (reason: StaffRefusal): Promise<AppError> => {
    await recordRefusal({ ...asked, reason });
    return reason === "no_role"
      ? new AppError("forbidden", "The token gives no role here: ask for support or admin.")
      : new AppError("unauthenticated", "Send a valid access token of staff as Authorization: Bearer.");
  };
  const [, bearer] = /^Bearer (\S+)$/i.exec(asked.request.headers.get("authorization") ?? "") ?? [];
  if (!bearer) throw await refuse("no_token");
  const token = await verifyAccessToken(provider, bearer, asked.now);
  if (!token.accepted) throw await refuse(token.reason);
  const staff = readStaff(token.claims, env().STAFF_OIDC_ROLE_CLAIM);
  if (!staff) throw await refuse("no_role");
  return staff;
}
