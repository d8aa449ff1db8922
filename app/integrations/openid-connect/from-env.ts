import type { Env } from "../../platform/env.server.ts";
import { createProvider, type Provider } from "./provider.ts";

type Settings = Pick<
  Env,
  | "SHOPIFY_APP_URL"
  | "STAFF_OIDC_ISSUER"
  | "STAFF_OIDC_CLIENT_ID"
  | "STAFF_OIDC_CLIENT_SECRET"
  | "STAFF_OIDC_SCOPES"
  | "STAFF_OIDC_AUDIENCE"
>;

let made: { key: string; provider: Provider } | undefined;

/** The process' one provider that staff sign in with, so that what it said is kept; null when none is configured. */
export function staffProviderFromEnv(env: Settings): Provider | null {
  const { STAFF_OIDC_ISSUER: issuer, STAFF_OIDC_CLIENT_ID: clientId } = env;
  const clientSecret = env.STAFF_OIDC_CLIENT_SECRET;
  if (!issuer || !clientId || !clientSecret) return null;
  const app = new URL(env.SHOPIFY_APP_URL).origin;
  const settings = {
    issuer,
    clientId,
    clientSecret,
    scopes: env.STAFF_OIDC_SCOPES,
    redirectUrl: `${app}/staff/callback`,
    signedOutUrl: `${app}/staff/sign-in`,
    audience: env.STAFF_OIDC_AUDIENCE ?? `${app}/api/staff`,
  };
  const key = JSON.stringify(settings);
  if (made?.key !== key) made = { key, provider: createProvider(settings) };
  return made.provider;
}
