import { giveUpShopProfile, refreshShopProfile } from "#app/modules/shops/refresh-profile.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("shops.refresh_profile", {
  run: ({ shopId }, { now }) => refreshShopProfile(shopId, now),
  giveUp: ({ shopId }, _error, { now }) => giveUpShopProfile(shopId, now),
});
