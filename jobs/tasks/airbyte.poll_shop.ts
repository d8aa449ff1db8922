import { pollShop } from "#app/modules/sync-runs/poll-all.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("airbyte.poll_shop", { run: ({ shopId }, { now }) => pollShop(shopId, now) });
