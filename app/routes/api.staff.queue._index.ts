import { loadQueue } from "../modules/queue/load-queue.server.ts";
import { QueueQuery } from "../modules/queue/queue-page.ts";
import { staffApi } from "../modules/staff/staff-api.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const loader = staffApi({ method: "GET", query: QueueQuery }, ({ query }) => loadQueue(query));

export const action = onlyMethod("GET");
