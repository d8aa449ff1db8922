import { ResolveBody } from "../modules/staff/shop-action.ts";
import { shopItemAction } from "../modules/staff/shop-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = shopItemAction("resolve", "incident", ResolveBody);

export const loader = onlyMethod("POST");
