import {
  type ActionFunctionArgs,
  json,
  type LoaderFunctionArgs,
  redirect,
  type TypedResponse,
} from "@remix-run/node";
import type { z } from "zod";
import { AppError } from "#app/platform/errors.ts";
import { statusOf } from "#app/platform/http/problem.server.ts";
import { RateLimit } from "#app/platform/http/rate-limit.server.ts";
import { requestIdFrom } from "#app/platform/http/request-id.server.ts";
import { findUnstorableText } from "#app/platform/http/storable-text.ts";
import { type Admission, admit } from "./admit.server.ts";
import { readForm, refuseForeignForm } from "./read-form.server.ts";
import { recordRefusal } from "./record-refusal.server.ts";
import { csrfTokenOf, type StaffSession } from "./sessions.store.server.ts";
import { actorOf, mayAct, type StaffRole, safeReturnPath } from "./staff.ts";
import type { FormAnswer, Parsed, Schema, StaffCall, StaffProblem } from "./staff-call.ts";

export interface StaffPage<Params extends Schema, Query extends Schema> {
  /** Who may see it; support where nothing is said. */
  role?: StaffRole;
  /** What `params` name, for the page that says that there is none: `shop`. */
  resource?: string;
  params?: Params;
  query?: Query;
}

export interface StaffAction<Params extends Schema, Form extends z.ZodType>
  extends Omit<StaffPage<Params, undefined>, "query"> {
  form: Form;
}

/** `csrf`: for the hidden field of that name in every form. */
export type StaffPageCall<Params extends Schema, Query extends Schema> = StaffCall<Params, Query> & {
  csrf: string;
  sessionId: string;
};
export type StaffActionCall<Params extends Schema, Form extends z.ZodType> = StaffPageCall<
  Params,
  undefined
> & { form: z.output<Form> };

const reads = new RateLimit(600);
const writes = new RateLimit(120);

/**
 * The loader of a staff page. Without a live session it leads to the sign-in and back; what it may not or cannot show is
 * thrown as a {@link StaffProblem} for the error page. `work` may answer a Response, such as a file.
 */
export function staffPage<
  Done extends object,
  Params extends Schema = undefined,
  Query extends Schema = undefined,
>(
  page: StaffPage<Params, Query>,
  work: (call: StaffPageCall<Params, Query>) => Promise<Done>,
): (args: LoaderFunctionArgs) => Promise<TypedResponse<Done>> {
  return async (args) => {
    const asked = { ...args, requestId: requestIdOf(args.request), now: new Date(), door: "page" as const };
    const admission = await admit(asked);
    const session = requireSession(admission, args.request);
    try {
      await requireRole(session, page.role, asked);
      await reads.spend(session.staff.subject);
      const query = page.query?.safeParse(Object.fromEntries(new URL(args.request.url).searchParams));
      if (query && !query.success) throw new AppError("malformed", "This address is not complete.");
      const call = { ...callOf(session, page, args.params, asked), query: query?.data };
      const done = await work(call as StaffPageCall<Params, Query>);
      return carry(done instanceof Response ? done : json(done), admission);
    } catch (thrown) {
      throw thrown instanceof Response || thrown instanceof AppError
        ? carry(asResponse(thrown), admission)
        : thrown;
    }
  };
}

/**
 * The action of a staff page's forms: a live session, our own page as their origin, and the session's `csrf` field.
 * Every refusal that a person can mend is answered, not thrown, so that the page stays as it is.
 */
export function staffAction<Done extends object, Form extends z.ZodType, Params extends Schema = undefined>(
  action: StaffAction<Params, Form>,
  work: (call: StaffActionCall<Params, Form>) => Promise<Done>,
): (args: ActionFunctionArgs) => Promise<TypedResponse<FormAnswer<Done>>> {
  return async (args) => {
    const asked = { ...args, requestId: requestIdOf(args.request), now: new Date(), door: "form" as const };
    const admission = await admit(asked);
    const session = requireSession(admission, args.request);
    const csrf = csrfTokenOf(session.id);
    try {
      const entered = await readForm(args.request);
      await refuseForeignForm(entered, csrf, { ...asked, staff: session.staff });
      await requireRole(session, action.role, asked);
      await writes.spend(session.staff.subject);
      const call = callOf(session, action, args.params, asked);
      const form = action.form.safeParse(entered);
      if (!form.success) throw invalidForm(form.error);
      const errors = findUnstorableText(form.data, "form");
      if (Object.keys(errors).length > 0) throw new AppError("invalid", NEEDS_ANOTHER_LOOK, { errors });
      const done = await work({ ...call, form: form.data } as StaffActionCall<Params, Form>);
      return carry(done instanceof Response ? done : json({ ok: true as const, ...done }), admission);
    } catch (error) {
      if (error instanceof Response) throw carry(error, admission);
      if (!(error instanceof AppError)) throw error;
      return carry(json(failureOf(error), statusOf(error)), admission);
    }
  };
}

function callOf<Params extends Schema>(
  session: StaffSession,
  { params: schema, resource = "page" }: { params?: Params; resource?: string },
  params: LoaderFunctionArgs["params"],
  { request, requestId, now }: { request: Request; requestId: string; now: Date },
) {
  const named = schema?.safeParse(params);
  if (named && !named.success) throw new AppError("not_found", `There is no such ${resource}.`);
  const { staff } = session;
  return {
    staff,
    actor: actorOf(staff),
    params: named?.data as Parsed<Params>,
    csrf: csrfTokenOf(session.id),
    sessionId: session.id,
    request,
    requestId,
    now,
  };
}

/** @throws Response that leads to the sign-in and back here, or says that nobody can sign in */
function requireSession(admission: Admission, request: Request): StaffSession {
  if (admission.session) return admission.session;
  if (!admission.isConfigured) throw json(notConfigured, 503);
  const wanted = new URL(request.url);
  wanted.searchParams.delete("id_token");
  const to = safeReturnPath(wanted.pathname + wanted.search);
  throw carry(redirect(`/staff/sign-in?${new URLSearchParams({ to })}`, 302), admission);
}

export const notConfigured: StaffProblem = {
  code: "not_configured",
  message: "Staff sign-in is not configured.",
};

async function requireRole(
  { staff }: StaffSession,
  role: StaffRole = "support",
  asked: Parameters<typeof admit>[0],
): Promise<void> {
  if (mayAct(staff.role, role)) return;
  await recordRefusal({ ...asked, reason: "role", staff });
  throw new AppError("forbidden", `This takes the role ${role}; yours is ${staff.role}.`);
}

const requestIdOf = (request: Request) => requestIdFrom(request.headers.get("x-request-id"));

function asResponse(thrown: Response | AppError): Response {
  if (thrown instanceof Response) return thrown;
  const problem: StaffProblem = { code: thrown.code, message: thrown.message };
  return json(problem, statusOf(thrown));
}

function failureOf({ code, message, errors = {} }: AppError): FormAnswer<never> {
  const firsts = Object.entries(errors).map(([field, [first = ""]]) => [field, first] as const);
  return { ok: false, code, message, errors: Object.fromEntries(firsts) };
}

const NEEDS_ANOTHER_LOOK = "Some of it needs another look.";

function invalidForm(error: z.ZodError): AppError {
  const errors: Record<string, string[]> = {};
  for (const issue of error.issues) {
    const field = issue.path.map(String).join(".") || "form";
    errors[field] = [...(errors[field] ?? []), issue.message];
  }
  return new AppError("invalid", NEEDS_ANOTHER_LOOK, { errors });
}

/** Nobody keeps a page of staff, and a replaced token goes out with whatever is answered. */
function carry<Answer extends Response>(answer: Answer, { cookie }: Admission): Answer {
  answer.headers.set("Cache-Control", "no-store");
  // A sign-out takes the cookie away, whatever token is due.
  if (cookie && !answer.headers.has("Set-Cookie")) answer.headers.append("Set-Cookie", cookie);
  return answer;
}
