import { z } from "zod";
import type { NoticeChoices, Settings } from "./settings.ts";

const defaultNotices: NoticeChoices = {
  problemSolved: true,
  backfillFinished: true,
  syncFailedToStart: true,
};

const StoredSettings = z
  .object({
    notices: z
      .object({
        problemSolved: z.boolean().catch(defaultNotices.problemSolved),
        backfillFinished: z.boolean().catch(defaultNotices.backfillFinished),
        syncFailedToStart: z.boolean().catch(defaultNotices.syncFailedToStart),
      })
      .catch(defaultNotices),
  })
  .catch({ notices: defaultNotices });

/** `shop_settings.settings` as choices. Whatever is missing or makes no sense there is the default. */
export const readSettings = (stored: unknown): Settings => StoredSettings.parse(stored);
