import { json, type LoaderFunctionArgs, redirect } from "@remix-run/node";
import { staffProviderFromEnv } from "#app/integrations/openid-connect/from-env.ts";
import { env } from "#app/platform/env.server.ts";
import { requestIdFrom } from "#app/platform/http/request-id.server.ts";
import type { SignInAnswer, SignInCall } from "./sign-in.server.ts";
import { type SignInProblem, statusOfSignIn } from "./sign-in.ts";
import { safeReturnPath } from "./staff.ts";

/** One step of a sign-in as a Remix loader: the browser is sent on, or the page is told what stands in the way. */
export async function answerSignIn(
  { request, context }: LoaderFunctionArgs,
  step: (call: SignInCall) => Promise<SignInAnswer>,
) {
  const requestId = requestIdFrom(request.headers.get("x-request-id"));
  const answer = await step({ request, context, requestId, now: new Date() });
  const headers = new Headers({ "Cache-Control": "no-store" });
  for (const cookie of answer.cookies) headers.append("Set-Cookie", cookie);
  if ("to" in answer) throw redirect(answer.to, { headers });
  const to = safeReturnPath(new URL(request.url).searchParams.get("to"));
  const who = answer.person;
  return json<{ to: string; notice: SignInProblem; name: string | null }>(
    { to, notice: answer.problem, name: who ? [who.name, who.email].filter(Boolean).join(", ") : null },
    { status: statusOfSignIn(answer.problem), headers },
  );
}

/** What the page shows on which a sign-in can be begun. */
export function openSignIn(request: Request) {
  const { searchParams } = new URL(request.url);
  const isConfigured = staffProviderFromEnv(env()) !== null;
  const notice: SignInProblem | "signed_out" | null = !isConfigured
    ? "not_configured"
    : searchParams.get("state") === "signed_out"
      ? "signed_out"
      : null;
  const page = { to: safeReturnPath(searchParams.get("to")), notice, name: null };
  return json(page, { status: isConfigured ? 200 : 503, headers: { "Cache-Control": "no-store" } });
}
