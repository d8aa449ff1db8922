import { z } from "zod";
import { windowKinds } from "./settings.ts";

/** Line breaks, tabs and what PostgreSQL cannot store become spaces: a note is one line. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, " ").trim();

/** Far above what a page sends; what a merchant can get wrong is judged, with words, by `findProblems`. */
const MAX_SENT_WINDOWS = 1000;

/** The body of a save. */
export const SaveSettings = z.object({
  /** Of the page that was edited. */
  version: z.string().max(100),
  notices: z.object({
    problemSolved: z.boolean(),
    backfillFinished: z.boolean(),
    syncFailedToStart: z.boolean(),
  }),
  windows: z
    .array(
      z.object({
        /** Made by the page, so that a save sent twice adds a window once. */
        id: z.uuid().toLowerCase(),
        connectorId: z.uuid().toLowerCase().nullable(),
        kind: z.enum(windowKinds),
        startDay: z.string().max(40),
        endDay: z.string().max(40),
        note: z.string().max(5000).transform(oneLine),
      }),
    )
    .max(MAX_SENT_WINDOWS)
    .refine((windows) => new Set(windows.map(({ id }) => id)).size === windows.length, "the same id twice"),
});
export type SaveSettings = z.infer<typeof SaveSettings>;
