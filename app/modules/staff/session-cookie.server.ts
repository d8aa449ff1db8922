import { env } from "#app/platform/env.server.ts";
import { LIFETIME_HOURS } from "./session-lifetime.ts";

/** `session`: who is signed in · `sign_in`: what a sign-in under way has to bring back. */
type Cookie = "session" | "sign_in";

const names: Record<Cookie, string> = { session: "sync-health-staff", sign_in: "sync-health-staff-sign-in" };
export const SIGN_IN_SECONDS = 10 * 60;
const lifetimes: Record<Cookie, number> = { session: LIFETIME_HOURS * 3_600, sign_in: SIGN_IN_SECONDS };

/** `__Host-`: the browser takes it over https only, from us only, and gives it to no other host. */
const isHttps = () => env().SHOPIFY_APP_URL.startsWith("https:");
const nameOf = (cookie: Cookie) => (isHttps() ? `__Host-${names[cookie]}` : names[cookie]);

/** The `Set-Cookie` that gives a cookie; with null, the one that takes it away. */
export function setCookie(cookie: Cookie, value: string | null): string {
  const lifetime = value === null ? 0 : lifetimes[cookie];
  const attributes = ["Path=/", "HttpOnly", "SameSite=Lax", `Max-Age=${lifetime}`];
  return [`${nameOf(cookie)}=${value ?? ""}`, ...attributes, ...(isHttps() ? ["Secure"] : [])].join("; ");
}

export function readCookie(request: Request, cookie: Cookie): string | null {
  const start = `${nameOf(cookie)}=`;
  const pairs = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(start))?.slice(start.length) || null;
}
