import { setupAction } from "../modules/staff/setup-api.server.ts";
import { MapLineageJob } from "../modules/staff/setup-page.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = setupAction("map_job", MapLineageJob);

export const loader = onlyMethod("POST");
