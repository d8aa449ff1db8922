import { setupAction } from "../modules/staff/setup-api.server.ts";
import { NameLineageJob } from "../modules/staff/setup-page.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = setupAction("unmap_job", NameLineageJob);

export const loader = onlyMethod("POST");
