import type { Actor } from "../shops/shop.ts";

/** Who does something, when, and in which request. */
export interface By {
  actor: Actor;
  now: Date;
  requestId: string;
}
