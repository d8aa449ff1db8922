import type { LoaderFunctionArgs } from "@remix-run/node";
import { type MetaFunction, useLoaderData } from "@remix-run/react";
import { safeReturnPath } from "../modules/staff/staff.ts";
import { StaffSignIn } from "../ui/staff-sign-in.tsx";

export const meta: MetaFunction = () => [{ title: "Sign in · Sync Health for staff" }];

/** Where staff without a session arrive: nothing is begun, and nobody signed in again, before they say so. */
export function loader({ request }: LoaderFunctionArgs) {
  const { searchParams } = new URL(request.url);
  return {
    to: safeReturnPath(searchParams.get("to")),
    hasSignedOut: searchParams.get("state") === "signed_out",
  };
}

export default function SignIn() {
  const { to, hasSignedOut } = useLoaderData<typeof loader>();
  return <StaffSignIn to={to} notice={hasSignedOut ? "signed_out" : null} />;
}
