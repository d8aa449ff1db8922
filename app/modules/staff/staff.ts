import { z } from "zod";
import type { Actor } from "../shops/shop.ts";

/** An admin may do all that support may. */
export const StaffRole = z.enum(["support", "admin"]);
export type StaffRole = z.infer<typeof StaffRole>;

/** Somebody whom the provider knows. */
export const Person = z.object({
  subject: z.string().describe("the provider's own id: it stays the same when name and address change"),
  name: z.string(),
  email: z.string().nullable(),
});
export type Person = z.infer<typeof Person>;

/** A person of ours. */
export const Staff = Person.extend({ role: StaffRole });
export type Staff = z.infer<typeof Staff>;

/** As what the person stands in timelines and the audit. */
export const actorOf = ({ role, email, name }: Staff): Actor => ({ role, name: email ?? name });

export const mayAct = (role: StaffRole, needed: StaffRole): boolean => role === "admin" || role === needed;

/** Claims of a token or of the provider's userinfo, not yet looked at. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * The role that a claim gives: of several the greater, of none we know null.
 * @param claim its name as it stands (`https://example.com/roles`), or a path into objects (`realm_access.roles`)
 */
export function readRole(claims: Claims, claim: string): StaffRole | null {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : valueAt(claims, claim.split("."));
  const names = typeof value === "string" ? value.split(/[\s,]+/) : Array.isArray(value) ? value : [];
  if (names.includes("admin")) return "admin";
  return names.includes("support") ? "support" : null;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, first)) return undefined;
  return valueAt((value as Claims)[first], rest);
}

/** Who the claims speak of; null without a subject or a role. */
export function readStaff(claims: Claims, roleClaim: string): Staff | null {
  const person = readPerson(claims);
  const role = readRole(claims, roleClaim);
  return person && role ? { ...person, role } : null;
}

/** The same without a role: whoever has none is still somebody to name. An address that is not verified is not taken. */
export function readPerson(claims: Claims): Person | null {
  const subject = textOf(claims.sub);
  if (!subject) return null;
  const email = claims.email_verified === false ? null : textOf(claims.email);
  const name = textOf(claims.name) ?? textOf(claims.preferred_username) ?? email ?? subject;
  return { subject, name, email };
}

const MAX_TEXT_LENGTH = 200;

const textOf = (value: unknown): string | null =>
  typeof value === "string" && value.trim() !== "" ? value.trim().slice(0, MAX_TEXT_LENGTH) : null;

/** Whether an address is one of ours for staff. */
export const isStaffPath = (pathname: string): boolean => /^\/staff(\/|$)/.test(pathname);

/** Where a sign-in leads to when nothing else was asked for. */
export const staffHome = "/staff";

/**
 * The page that somebody wanted before they signed in: an address of ours under /staff, and none that begins a sign-in
 * anew; else the first page.
 */
export function safeReturnPath(wanted: string | null | undefined): string {
  const ours = "https://ours.invalid";
  if (!wanted?.startsWith("/") || wanted.length > 2_000) return staffHome;
  const url = URL.parse(wanted, ours);
  if (!url || url.origin !== ours || url.username !== "") return staffHome;
  if (!isStaffPath(url.pathname)) return staffHome;
  if (/^\/staff\/(sign-in|sign-out|callback)(\/|$)/.test(url.pathname)) return staffHome;
  return url.pathname + url.search;
}
