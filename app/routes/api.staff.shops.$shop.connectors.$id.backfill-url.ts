import { setupItemAction } from "../modules/staff/setup-api.server.ts";
import { SetBackfillUrl } from "../modules/staff/setup-page.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = setupItemAction("set_backfill_url", "connector", SetBackfillUrl);

export const loader = onlyMethod("POST");
