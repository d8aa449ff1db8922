import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { AuditQuery, withoutBlanks } from "../modules/audit/audit-row.ts";
import { listAudit, listAuditActions } from "../modules/audit/list-audit.server.ts";
import { staffPage } from "../modules/staff/staff-page.server.ts";
import { AuditView } from "../ui/audit-view.tsx";

export const meta = () => [{ title: "Audit · Sync Health for staff" }];

const Query = z.record(z.string(), z.unknown()).transform(withoutBlanks).pipe(AuditQuery);

export const loader = staffPage({ query: Query }, async ({ query }) => {
  const { cursor: _, limit: __, ...filter } = query;
  return { page: await listAudit(query), actions: await listAuditActions(), filter };
});

export default function StaffAudit() {
  return <AuditView {...useLoaderData<typeof loader>()} />;
}
