import { z } from "zod";

/** A pipeline moves from one key to the next: more than two at once would be forgotten ones. */
export const MOST_LIVE_KEYS = 2;
/** How long a key that is replaced goes on working. */
export const ROTATION_DAYS = 7;

export const IngestKeyView = z.object({
  id: z.uuid(),
  /** Its first characters. Empty: made before they were kept. */
  prefix: z.string(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
  /** It works until then; null: until it is revoked. */
  expiresAt: z.iso.datetime().nullable(),
});
export type IngestKeyView = z.infer<typeof IngestKeyView>;

/** Told once: nothing of it can be shown again. */
export const NewKey = z.object({
  id: z.uuid(),
  bearerKey: z.string(),
  signingSecret: z.string(),
  /** Until when the key that it replaces goes on working. */
  previousUntil: z.iso.datetime().nullable(),
});
export type NewKey = z.infer<typeof NewKey>;
