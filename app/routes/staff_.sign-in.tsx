import type { LoaderFunctionArgs } from "@remix-run/node";
import { type MetaFunction, useLoaderData } from "@remix-run/react";
import { openSignIn } from "../modules/staff/answer-sign-in.server.ts";
import { StaffSignIn } from "../ui/staff-sign-in.tsx";

export const meta: MetaFunction = () => [{ title: "Sign in · Sync Health for staff" }];

/** Where staff without a session arrive: nothing is begun, and nobody signed in again, before they say so. */
export const loader = ({ request }: LoaderFunctionArgs) => openSignIn(request);

export default function SignIn() {
  return <StaffSignIn {...useLoaderData<typeof loader>()} />;
}
