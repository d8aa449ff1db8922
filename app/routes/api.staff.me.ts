import { staffApi } from "../modules/staff/staff-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const loader = staffApi({ method: "GET" }, async ({ staff }) => staff);

export const action = onlyMethod("GET");
