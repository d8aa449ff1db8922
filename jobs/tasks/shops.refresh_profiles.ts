import { queueStaleProfiles } from "#app/modules/shops/refresh-profile.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("shops.refresh_profiles", { run: (_, { now }) => queueStaleProfiles(now) });
