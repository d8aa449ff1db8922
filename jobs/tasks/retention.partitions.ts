import { ensurePartitions } from "#app/modules/retention/partitions.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("retention.partitions", { run: () => ensurePartitions() });
