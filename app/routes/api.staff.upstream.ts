import { loadUpstream } from "../modules/incidents/load-upstream.server.ts";
import { staffApi } from "../modules/staff/staff-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const loader = staffApi({ method: "GET" }, ({ now }) => loadUpstream(now));

export const action = onlyMethod("GET");
