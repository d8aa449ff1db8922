import { ReasonBody } from "../modules/staff/shop-action.ts";
import { shopItemAction } from "../modules/staff/shop-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = shopItemAction("cancel_backfill", "connector", ReasonBody);

export const loader = onlyMethod("POST");
