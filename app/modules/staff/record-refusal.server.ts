import type { AppLoadContext } from "@remix-run/node";
import { db } from "#app/platform/db.server.ts";
import { AppError } from "#app/platform/errors.ts";
import { RateLimit } from "#app/platform/http/rate-limit.server.ts";
import { log } from "#app/platform/log.server.ts";
import { secretBox } from "#app/platform/secrets.server.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { StaffRefusal } from "./refusal.ts";
import { actorOf, type Person, type Staff } from "./staff.ts";

export interface RefusedCall {
  reason: StaffRefusal;
  door: "page" | "form" | "api" | "sign_in";
  request: Request;
  context: AppLoadContext;
  requestId: string;
  now: Date;
  /** Who it was, if that much is certain; `person` is somebody without a role. */
  staff?: Staff | null;
  person?: Person | null;
}

/** One row a minute for the same reason, door and caller; and so many an hour in all, in this process. The log has every one. */
const ofTheSame = new RateLimit(1);
const inAll = new RateLimit(2_000, 3_600);

/** Notes in the audit that somebody was kept out. A flood of attempts cannot fill it. */
export async function recordRefusal(refused: RefusedCall): Promise<void> {
  const { reason, door, request, context, requestId, now, staff, person = staff } = refused;
  const { pathname } = new URL(request.url);
  const caller = callerOf(context);
  log.warn(
    { requestId, reason, door, path: pathname, staff: person?.subject },
    "a staff request was refused",
  );
  const isNew = await isWithin(ofTheSame, [reason, door, caller, person?.subject ?? ""].join(" "));
  if (!isNew || !(await isWithin(inAll, ""))) return;
  await recordAudit(db(), {
    shopId: null,
    actor: staff ? actorOf(staff) : { role: "system", name: person?.email ?? person?.name ?? "unknown" },
    action: "staff.refused",
    target: pathname.slice(0, 300),
    after: { reason, door, method: request.method, caller, ...(person ? { subject: person.subject } : {}) },
    requestId,
    at: now,
  });
}

/** The same for the same address, and nothing that leads back to it. */
function callerOf(context: AppLoadContext): string {
  const address = typeof context.callerAddress === "string" ? context.callerAddress : "";
  return secretBox().fingerprint(address, "caller address").slice(0, 12);
}

async function isWithin(limit: RateLimit, key: string): Promise<boolean> {
  try {
    await limit.spend(key);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === "rate_limited") return false;
    throw error;
  }
}
