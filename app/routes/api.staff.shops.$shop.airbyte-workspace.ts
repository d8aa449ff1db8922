import { setupAction } from "../modules/staff/setup-api.server.ts";
import { SetWorkspace } from "../modules/staff/setup-page.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = setupAction("set_workspace", SetWorkspace);

export const loader = onlyMethod("POST");
