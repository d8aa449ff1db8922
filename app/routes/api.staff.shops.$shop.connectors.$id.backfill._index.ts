import { BackfillBody } from "../modules/staff/shop-action.ts";
import { shopItemAction } from "../modules/staff/shop-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = shopItemAction("backfill", "connector", BackfillBody, 202);

export const loader = onlyMethod("POST");
