import {
  isRouteErrorResponse,
  type MetaFunction,
  Outlet,
  useLoaderData,
  useLocation,
  useRouteError,
  useRouteLoaderData,
} from "@remix-run/react";
import type { StaffProblem } from "../modules/staff/staff-call.ts";
import { staffPage } from "../modules/staff/staff-page.server.ts";
import { StaffFrame } from "../ui/staff-frame.tsx";
import { StaffProblemPage } from "../ui/staff-problem-page.tsx";

export const meta: MetaFunction = () => [
  { title: "Sync Health for staff" },
  { name: "robots", content: "noindex" },
];

/** Who is signed in, and the `csrf` field for the forms of every page below. */
export const loader = staffPage({}, async ({ staff, csrf }) => ({ staff, csrf }));

export default function StaffLayout() {
  const { pathname } = useLocation();
  return (
    <StaffFrame {...useLoaderData<typeof loader>()} path={pathname}>
      <Outlet />
    </StaffFrame>
  );
}

export function ErrorBoundary() {
  const error = useRouteError();
  const { pathname } = useLocation();
  const signedIn = useRouteLoaderData<typeof loader>("routes/staff");
  const problem = isRouteErrorResponse(error) ? (error.data as StaffProblem | null) : null;
  return (
    <StaffFrame {...(signedIn ?? { staff: null, csrf: "" })} path={pathname}>
      <StaffProblemPage code={problem?.code ?? "internal"} message={problem?.message ?? ""} />
    </StaffFrame>
  );
}
