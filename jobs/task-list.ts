import type { TaskList } from "graphile-worker";
import { catalog } from "./catalog.ts";
import airbyteDiscover from "./tasks/airbyte.discover.ts";
import airbyteFollowJob from "./tasks/airbyte.follow_job.ts";
import airbytePoll from "./tasks/airbyte.poll.ts";
import airbytePollShop from "./tasks/airbyte.poll_shop.ts";
import alertsDeliver from "./tasks/alerts.deliver.ts";
import alertsSweep from "./tasks/alerts.sweep.ts";
import backfillsAdvance from "./tasks/backfills.advance.ts";
import backfillsSweep from "./tasks/backfills.sweep.ts";
import backfillsTell from "./tasks/backfills.tell.ts";
import connectorsSync from "./tasks/connectors.sync.ts";
import dqCheckData from "./tasks/dq.check_data.ts";
import dqRun from "./tasks/dq.run.ts";
import dqRunBatch from "./tasks/dq.run_batch.ts";
import retentionCleanup from "./tasks/retention.cleanup.ts";
import retentionPartitions from "./tasks/retention.partitions.ts";
import shopifyWebhook from "./tasks/shopify.webhook.ts";
import shopsRefreshProfile from "./tasks/shops.refresh_profile.ts";
import shopsRefreshProfiles from "./tasks/shops.refresh_profiles.ts";

/** Every task of the catalogue; graphile's own folder loading cannot read names with dots. */
const tasks = [
  airbyteDiscover,
  airbyteFollowJob,
  airbytePoll,
  airbytePollShop,
  alertsDeliver,
  alertsSweep,
  backfillsAdvance,
  backfillsSweep,
  backfillsTell,
  connectorsSync,
  dqCheckData,
  dqRun,
  dqRunBatch,
  retentionCleanup,
  retentionPartitions,
  shopifyWebhook,
  shopsRefreshProfile,
  shopsRefreshProfiles,
];

export const taskList: TaskList = Object.fromEntries(tasks.map(({ name, task }) => [name, task]));

const missing = Object.keys(catalog).filter((name) => !(name in taskList));
if (missing.length > 0) throw new Error(`These tasks of the catalogue have no code: ${missing.join(", ")}.`);
