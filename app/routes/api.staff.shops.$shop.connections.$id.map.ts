import { setupItemAction } from "../modules/staff/setup-api.server.ts";
import { MapConnection } from "../modules/staff/setup-page.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = setupItemAction("map_connection", "connection", MapConnection);

export const loader = onlyMethod("POST");
