import type { Source } from "../connectors/sources.ts";
import type { ShopView } from "../health/pages.ts";
import type { Backfill } from "./backfill.ts";

/** Everything the Backfills page draws; JSON, instants in RFC 3339 UTC. */
export interface BackfillsPage {
  shop: ShopView;
  now: string;
  /** What can be refilled. */
  sources: { connectorId: string; label: string; source: Source }[];
  active: Backfill[];
  /** Ended, newest first. */
  history: Backfill[];
  /** Poll again after this many seconds: 15 while one is active, else 60. */
  pollSeconds: number;
}
