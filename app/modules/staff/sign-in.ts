import { z } from "zod";
import type { StaffRefusal } from "./refusal.ts";

/** What a browser brings back from the provider, in a cookie that only we can read. */
export const PendingStaffSignIn = z.object({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  /** The page that was wanted. */
  to: z.string(),
  /** Until when it may come back, in ms since 1970. */
  until: z.number(),
});
export type PendingStaffSignIn = z.infer<typeof PendingStaffSignIn>;

export type SignInRefusal = Extract<StaffRefusal, `sign_in_${string}` | "no_role">;

/** What stands between somebody and a session, for the page that says so. */
export type SignInProblem = SignInRefusal | "not_configured" | "provider_unreachable" | "too_often";

const statuses: Record<SignInProblem, number> = {
  sign_in_not_begun: 400,
  sign_in_state: 400,
  sign_in_denied: 403,
  sign_in_code: 400,
  sign_in_id_token: 400,
  sign_in_repeated: 400,
  no_role: 403,
  not_configured: 503,
  provider_unreachable: 503,
  too_often: 429,
};

export const statusOfSignIn = (problem: SignInProblem): number => statuses[problem];
