import { LiftBody } from "../modules/staff/shop-action.ts";
import { shopAction } from "../modules/staff/shop-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = shopAction("lift_block", LiftBody);

export const loader = onlyMethod("POST");
