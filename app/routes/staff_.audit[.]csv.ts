import { z } from "zod";
import { exportAudit } from "../modules/audit/audit-csv.server.ts";
import { AuditFilter, withoutBlanks } from "../modules/audit/audit-row.ts";
import { staffPage } from "../modules/staff/staff-page.server.ts";

const Query = z.record(z.string(), z.unknown()).transform(withoutBlanks).pipe(AuditFilter);

export const loader = staffPage(
  { query: Query },
  async ({ query, actor, now, requestId }) =>
    new Response(await exportAudit(query, { actor, now, requestId }), {
      headers: {
        "Content-Type": "text/csv; charset=utf-8; header=present",
        "Content-Disposition": `attachment; filename="audit-${now.toISOString().slice(0, 10)}.csv"`,
        "X-Content-Type-Options": "nosniff",
      },
    }),
);
