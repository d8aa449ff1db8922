import type { LoaderFunctionArgs } from "@remix-run/node";
import { type MetaFunction, useLoaderData } from "@remix-run/react";
import { answerSignIn } from "../modules/staff/answer-sign-in.server.ts";
import { finishStaffSignIn } from "../modules/staff/sign-in.server.ts";
import { StaffSignIn } from "../ui/staff-sign-in.tsx";

export const meta: MetaFunction = () => [{ title: "Sign in · Sync Health for staff" }];

/** Where the provider sends the browser back to: on to the page that was wanted, or the reason why not. */
export const loader = (args: LoaderFunctionArgs) => answerSignIn(args, finishStaffSignIn);

export default function FinishSignIn() {
  return <StaffSignIn {...useLoaderData<typeof loader>()} />;
}
