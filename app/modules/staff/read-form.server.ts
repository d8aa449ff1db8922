import { timingSafeEqual } from "node:crypto";
import { env } from "#app/platform/env.server.ts";
import { AppError } from "#app/platform/errors.ts";
import { readBody } from "#app/platform/http/request-body.server.ts";
import { type RefusedCall, recordRefusal } from "./record-refusal.server.ts";
import type { StaffRefusal } from "./refusal.ts";

/** What was entered, by the fields' names; a name that stands there several times has a list. */
export type Entered = Record<string, string | string[]>;

/** @throws AppError method_not_allowed, unsupported_media_type, payload_too_large */
export async function readForm(request: Request): Promise<Entered> {
  if (request.method !== "POST") throw new AppError("method_not_allowed", "Forms are sent by POST.");
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded")
    throw new AppError("unsupported_media_type", "Send the form as application/x-www-form-urlencoded.");
  const fields = new URLSearchParams(new TextDecoder().decode(await readBody(request)));
  const entered = new Map<string, string | string[]>();
  for (const name of new Set(fields.keys())) {
    const values = fields.getAll(name);
    entered.set(name, values.length === 1 ? values[0]! : values);
  }
  return Object.fromEntries(entered);
}

/**
 * Refuses a form that another site sends in somebody's name: its origin is not ours, or it has not the session's token.
 * @throws AppError forbidden, after it is noted in the audit
 */
export async function refuseForeignForm(
  entered: Entered,
  csrf: string,
  asked: Omit<RefusedCall, "reason">,
): Promise<void> {
  const reason = foreignness(entered, csrf, asked.request);
  if (!reason) return;
  await recordRefusal({ ...asked, reason });
  throw new AppError("forbidden", "This page is out of date. Reload it and try again.");
}

function foreignness(entered: Entered, csrf: string, request: Request): StaffRefusal | null {
  const origin = request.headers.get("origin");
  if (origin !== new URL(env().SHOPIFY_APP_URL).origin) return "origin";
  const given = Buffer.from(typeof entered.csrf === "string" ? entered.csrf : "");
  const expected = Buffer.from(csrf);
  return given.length === expected.length && timingSafeEqual(given, expected) ? null : "csrf";
}
