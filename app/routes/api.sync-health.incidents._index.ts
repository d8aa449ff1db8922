import { IncidentsQuery, statusesOf } from "../modules/incidents/incidents-query.ts";
import { listIncidents } from "../modules/incidents/list-incidents.server.ts";
import { merchantApi } from "../modules/shops/merchant-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { withShop } from "../platform/tenant.server.ts";

export const loader = merchantApi({ method: "GET", query: IncidentsQuery }, ({ shop, query }) => {
  const { status, cursor = null, limit } = query;
  return withShop(shop.id, (tx) => listIncidents(tx, { statuses: statusesOf(status), cursor, limit }));
});

export const action = onlyMethod("GET");
