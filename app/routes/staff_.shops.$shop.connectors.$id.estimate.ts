import { z } from "zod";
import { openEstimate } from "../modules/staff/open-estimate.server.ts";
import { ShopItemParams } from "../modules/staff/shop-api.server.ts";
import { staffPage } from "../modules/staff/staff-page.server.ts";

/** What a backfill of these days would take, for the dialog that asks for one; without days of the last week. */
export const loader = staffPage(
  { resource: "connector", params: ShopItemParams, query: z.record(z.string(), z.string()) },
  ({ params, query, ...by }) => openEstimate(params, query, by),
);
