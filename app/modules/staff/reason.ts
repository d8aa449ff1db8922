import { z } from "zod";

/** Why a member of staff does something: kept in the audit, and in the timeline where it is about an incident. */
export const Reason = z.string().trim().min(1, "Say why.").max(500, "Say it in at most 500 characters.");
