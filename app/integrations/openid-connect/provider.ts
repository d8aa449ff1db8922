import { createRemoteJWKSet, type JWTVerifyGetKey } from "jose";
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  discovery,
  enableNonRepudiationChecks,
} from "openid-client";
import { AppError } from "../../platform/errors.ts";
import { log } from "../../platform/log.server.ts";

export interface ProviderSettings {
  /** As it stands in `iss` of its tokens. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Separated by spaces; `openid` among them. */
  scopes: string;
  /** Where the provider sends people back to. */
  redirectUrl: string;
  /** Where it sends them once they are signed out there, too. */
  signedOutUrl: string;
  /** What its access tokens for our API are for. */
  audience: string;
}

/** What the provider says of itself, and the keys it signs with. */
export interface Discovered {
  configuration: Configuration;
  keys: JWTVerifyGetKey;
  /** Signature algorithms of public keys that it uses: a secret of ours is never a key. */
  algorithms: string[];
}

export interface Provider {
  settings: ProviderSettings;
  /** @throws AppError unavailable while it cannot be reached and never was, or not in time */
  discover(): Promise<Discovered>;
}

const TIMEOUT_SECONDS = 5;
/** What the provider says of itself is asked for again after so long; until it answers, what it said last holds. */
const REDISCOVER_MS = 60 * 60_000;
/** While it cannot be reached it is asked no more often. */
const RETRY_MS = 3_000;

export const publicKeyAlgorithms: readonly string[] = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

/** A provider that is asked at first need, so that we start, and serve merchants, while it is down. */
export function createProvider(settings: ProviderSettings): Provider {
  let known: { discovered: Discovered; until: number } | null = null;
  let failed: { error: AppError; until: number } | null = null;
  let asking: Promise<Discovered> | null = null;

  const ask = async (): Promise<Discovered> => {
    try {
      const discovered = await askProvider(settings);
      known = { discovered, until: Date.now() + REDISCOVER_MS };
      failed = null;
      return discovered;
    } catch (error) {
      const unavailable = describeTrouble(error, settings.issuer);
      failed = { error: unavailable, until: Date.now() + RETRY_MS };
      if (known) return known.discovered;
      throw unavailable;
    } finally {
      asking = null;
    }
  };

  return {
    settings,
    discover: async () => {
      const now = Date.now();
      if (known && now < known.until) return known.discovered;
      if (failed && now < failed.until) {
        if (known) return known.discovered;
        throw failed.error;
      }
      asking ??= ask();
      return asking;
    },
  };
}

async function askProvider({ issuer, clientId, clientSecret }: ProviderSettings): Promise<Discovered> {
  const isInsecure = issuer.startsWith("http:");
  const found = await discovery(new URL(issuer), clientId, clientSecret, undefined, {
    timeout: TIMEOUT_SECONDS,
    ...(isInsecure ? { execute: [allowInsecureRequests] } : {}),
  });
  const server = found.serverMetadata();
  if (!server.jwks_uri) throw new Error("The provider names no jwks_uri.");
  const configuration = new Configuration(server, clientId, clientSecret, clientAuthenticationOf(server));
  configuration.timeout = TIMEOUT_SECONDS;
  if (isInsecure) allowInsecureRequests(configuration);
  // The ID token comes over TLS from the provider itself; its signature is looked at all the same.
  enableNonRepudiationChecks(configuration);
  const said = server.id_token_signing_alg_values_supported ?? publicKeyAlgorithms;
  return {
    configuration,
    keys: createRemoteJWKSet(new URL(server.jwks_uri), { timeoutDuration: TIMEOUT_SECONDS * 1000 }),
    algorithms: said.filter((algorithm) => publicKeyAlgorithms.includes(algorithm)),
  };
}

/** The standard's default is Basic; a provider that takes the secret only in the body says so. */
function clientAuthenticationOf(server: {
  token_endpoint_auth_methods_supported?: string[] | undefined;
}): ClientAuth {
  const methods = server.token_endpoint_auth_methods_supported;
  return methods && !methods.includes("client_secret_basic") ? ClientSecretPost() : ClientSecretBasic();
}

/** For the caller: try again. For us: what happened, without what was sent. */
export function describeTrouble(error: unknown, issuer: string): AppError {
  log.error({ err: error, issuer }, "the sign-in provider could not be asked");
  return new AppError("unavailable", "The sign-in provider cannot be reached. Try again in a moment.", {
    retryAfterSeconds: Math.ceil(RETRY_MS / 1000),
  });
}
