import { AuditQuery } from "../modules/audit/audit-row.ts";
import { listAudit } from "../modules/audit/list-audit.server.ts";
import { staffApi } from "../modules/staff/staff-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const loader = staffApi({ method: "GET", query: AuditQuery }, ({ query }) => listAudit(query));

export const action = onlyMethod("GET");
