import type { LoaderFunctionArgs } from "@remix-run/node";
import { type MetaFunction, useLoaderData } from "@remix-run/react";
import { answerSignIn } from "../modules/staff/answer-sign-in.server.ts";
import { startStaffSignIn } from "../modules/staff/sign-in.server.ts";
import { StaffSignIn } from "../ui/staff-sign-in.tsx";

export const meta: MetaFunction = () => [{ title: "Sign in · Sync Health for staff" }];

/** Goes on to the provider, or says why that is not possible. */
export const loader = (args: LoaderFunctionArgs) => answerSignIn(args, startStaffSignIn);

export default function StartSignIn() {
  return <StaffSignIn {...useLoaderData<typeof loader>()} />;
}
