import { useLoaderData } from "@remix-run/react";
import { loadUpstream } from "../modules/incidents/load-upstream.server.ts";
import { staffPage } from "../modules/staff/staff-page.server.ts";
import { UpstreamView } from "../ui/upstream-view.tsx";

export const meta = () => [{ title: "Upstream · Sync Health for staff" }];

export const loader = staffPage({}, ({ now }) => loadUpstream(now));

export default function StaffUpstream() {
  return <UpstreamView page={useLoaderData<typeof loader>()} />;
}
