import { setupItemAction } from "../modules/staff/setup-api.server.ts";
import { OnlyReason } from "../modules/staff/setup-page.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = setupItemAction("revoke_key", "key", OnlyReason);

export const loader = onlyMethod("POST");
