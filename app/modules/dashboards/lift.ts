import { z } from "zod";
import { DashboardKey } from "../connectors/sources.ts";
import { BlockReason } from "./dashboard-block.ts";

/** Staff decide again after so many days at the latest. */
export const LONGEST_LIFT_DAYS = 7;
const LONGEST_REASON = 500;

/** Which of a dashboard's reasons a lift is about. */
export const CoveredReason = BlockReason.pick({ code: true, connectorId: true });
export type CoveredReason = z.infer<typeof CoveredReason>;

/** A block that staff have lifted, until it expires or somebody ends it. */
export interface Lift {
  id: string;
  dashboard: DashboardKey;
  /** The reasons that held it back when it was given; what goes wrong later blocks again. */
  covers: CoveredReason[];
  reason: string;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date;
}

export const StaffReason = z
  .string()
  .trim()
  .min(1, "must say why")
  .max(LONGEST_REASON, `must be at most ${LONGEST_REASON} characters`);

/** What staff ask for. Beyond this shape, the expiry has to lie ahead, at most `LONGEST_LIFT_DAYS` from now. */
export const LiftRequest = z.object({
  dashboard: DashboardKey,
  reason: StaffReason,
  expiresAt: z.date(),
});
export type LiftRequest = z.infer<typeof LiftRequest>;

export const coversReason = ({ covers }: Pick<Lift, "covers">, reason: CoveredReason): boolean =>
  covers.some(({ code, connectorId }) => code === reason.code && connectorId === reason.connectorId);
