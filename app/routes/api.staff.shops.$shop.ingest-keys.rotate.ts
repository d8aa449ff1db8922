import { setupAction } from "../modules/staff/setup-api.server.ts";
import { OnlyReason } from "../modules/staff/setup-page.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = setupAction("rotate_key", OnlyReason);

export const loader = onlyMethod("POST");
