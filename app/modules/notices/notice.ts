import { z } from "zod";

/** What a notice on Home tells of. A merchant chooses in Settings which kinds to see. */
export const NoticeKind = z.enum(["problem_solved", "backfill_finished", "sync_failed_to_start"]);
export type NoticeKind = z.infer<typeof NoticeKind>;

/** A dismissible card on Home. */
export const Notice = z.object({
  id: z.uuid(),
  kind: NoticeKind,
  title: z.string(),
  body: z.string(),
  /** Where to read more, inside the app. */
  path: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type Notice = z.infer<typeof Notice>;

/** A notice nobody dismissed goes after this. */
export const NOTICE_DAYS = 30;
/** So many are shown at once, the newest; what is older waits behind them. */
export const SHOWN_NOTICES = 3;

/** The setting that switches each kind off, in `shop_settings.settings.notices`. */
export const noticeSettings: Readonly<Record<NoticeKind, string>> = {
  problem_solved: "problemSolved",
  backfill_finished: "backfillFinished",
  sync_failed_to_start: "syncFailedToStart",
};
