import { listShops } from "../modules/health/list-shops.server.ts";
import { ShopsQuery } from "../modules/health/list-shops.ts";
import { staffApi } from "../modules/staff/staff-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const loader = staffApi({ method: "GET", query: ShopsQuery }, ({ query, now }) =>
  listShops(query, now),
);

export const action = onlyMethod("GET");
