import type { TaskList } from "graphile-worker";
import { catalog } from "./catalog.ts";
import airbytePoll from "./tasks/airbyte.poll.ts";
import airbytePollShop from "./tasks/airbyte.poll_shop.ts";
import dqRun from "./tasks/dq.run.ts";
import dqRunBatch from "./tasks/dq.run_batch.ts";
import retentionPartitions from "./tasks/retention.partitions.ts";

/** Every task of the catalogue; graphile's own folder loading cannot read names with dots. */
const tasks = [airbytePoll, airbytePollShop, dqRun, dqRunBatch, retentionPartitions];

export const taskList: TaskList = Object.fromEntries(tasks.map(({ name, task }) => [name, task]));

const missing = Object.keys(catalog).filter((name) => !(name in taskList));
if (missing.length > 0) throw new Error(`These tasks of the catalogue have no code: ${missing.join(", ")}.`);
