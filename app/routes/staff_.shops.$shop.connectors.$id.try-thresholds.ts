import { simulateThresholds } from "../modules/checks/thresholds.server.ts";
import { SimulateForm } from "../modules/checks/thresholds-page.ts";
import { openShop } from "../modules/staff/open-shop.server.ts";
import { ShopAndIdParams } from "../modules/staff/setup-page.ts";
import { staffAction } from "../modules/staff/staff-page.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { withShop } from "../platform/tenant.server.ts";

export const action = staffAction(
  { resource: "connector", params: ShopAndIdParams, form: SimulateForm },
  async ({ params, form, ...by }) => {
    const shop = await openShop(params.shop, by);
    return {
      simulation: await withShop(shop.id, (tx) => simulateThresholds(tx, shop, params.id, form, by.now)),
    };
  },
);

export const loader = onlyMethod("POST");
