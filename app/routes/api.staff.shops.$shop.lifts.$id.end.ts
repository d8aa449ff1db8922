import { ReasonBody } from "../modules/staff/shop-action.ts";
import { shopItemAction } from "../modules/staff/shop-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = shopItemAction("end_lift", "lift", ReasonBody);

export const loader = onlyMethod("POST");
