import { MaintenanceBody } from "../modules/staff/shop-action.ts";
import { shopAction } from "../modules/staff/shop-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = shopAction("plan_maintenance", MaintenanceBody);

export const loader = onlyMethod("POST");
