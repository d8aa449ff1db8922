import { json, type LoaderFunctionArgs, redirect } from "@remix-run/node";
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
  return json<{ to: string; problem: SignInProblem }>(
    { to, problem: answer.problem },
    { status: statusOfSignIn(answer.problem), headers },
  );
}
