import {
  AuthorizationResponseError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  ClientError,
  calculatePKCECodeChallenge,
  fetchUserInfo,
  ResponseBodyError,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import { describeTrouble, type Provider } from "./provider.ts";

/** What the browser has to bring back, unseen by anybody, to end a sign-in that it began. */
export interface PendingSignIn {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** `denied`: the person or the provider said no · `code`: not good, or used before · `id_token`: not for us, or not of this sign-in. */
export type SignInRefusal = "state" | "denied" | "code" | "id_token";

export type FinishedSignIn =
  | { outcome: "signed_in"; claims: Readonly<Record<string, unknown>>; idToken: string }
  | { outcome: "refused"; reason: SignInRefusal };

/**
 * Begins a sign-in: authorization code with PKCE, bound to the browser by what is pending.
 * @param isAnother whoever is signed in at the provider is asked all the same who it is
 */
export async function beginSignIn(
  provider: Provider,
  { isAnother }: { isAnother: boolean },
): Promise<{ url: URL; pending: PendingSignIn }> {
  const { configuration } = await provider.discover();
  const pending = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
  const url = buildAuthorizationUrl(configuration, {
    redirect_uri: provider.settings.redirectUrl,
    scope: provider.settings.scopes,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await calculatePKCECodeChallenge(pending.codeVerifier),
    code_challenge_method: "S256",
    ...(isAnother ? { prompt: "login" } : {}),
  });
  return { url, pending };
}

/**
 * Ends a sign-in with the provider's answer.
 * @param answer the query that the provider sent the browser back with
 * @param isEnough whether the ID token says all that is needed; else its userinfo is asked for, too
 * @throws AppError unavailable when the provider cannot be asked
 */
export async function finishSignIn(
  provider: Provider,
  answer: URLSearchParams,
  pending: PendingSignIn,
  isEnough: (claims: Readonly<Record<string, unknown>>) => boolean,
): Promise<FinishedSignIn> {
  if (answer.get("state") !== pending.state) return { outcome: "refused", reason: "state" };
  const { configuration } = await provider.discover();
  const url = new URL(provider.settings.redirectUrl);
  url.search = answer.toString();
  try {
    const tokens = await authorizationCodeGrant(configuration, url, {
      expectedState: pending.state,
      expectedNonce: pending.nonce,
      pkceCodeVerifier: pending.codeVerifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (!claims || !tokens.id_token) return { outcome: "refused", reason: "id_token" };
    if (isEnough(claims) || !configuration.serverMetadata().userinfo_endpoint)
      return { outcome: "signed_in", claims, idToken: tokens.id_token };
    const told = await fetchUserInfo(configuration, tokens.access_token, claims.sub);
    return { outcome: "signed_in", claims: { ...told, ...claims }, idToken: tokens.id_token };
  } catch (error) {
    const reason = reasonOf(error);
    if (!reason) throw describeTrouble(error, provider.settings.issuer);
    return { outcome: "refused", reason };
  }
}

/** Null when it is no refusal: the provider could not be asked, or does not take us for its client. */
function reasonOf(error: unknown): SignInRefusal | null {
  if (error instanceof AuthorizationResponseError)
    return ["server_error", "temporarily_unavailable"].includes(error.error) ? null : "denied";
  if (error instanceof ResponseBodyError) return error.error === "invalid_grant" ? "code" : null;
  if (!(error instanceof ClientError)) return null;
  switch (error.code) {
    case "OAUTH_JWT_CLAIM_COMPARISON_FAILED":
    case "OAUTH_JWT_TIMESTAMP_CHECK_FAILED":
    case "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED":
    case "OAUTH_KEY_SELECTION_FAILED":
      return "id_token";
    case "OAUTH_INVALID_RESPONSE":
    case "OAUTH_PARSE_ERROR":
    case "OAUTH_UNSUPPORTED_OPERATION":
      return "id_token";
    default:
      return null;
  }
}

/** Where to send somebody to be signed out there as well; null when the provider has no such place, or cannot say. */
export async function endSessionUrl(provider: Provider, idToken: string): Promise<URL | null> {
  const discovered = await provider.discover().catch(() => null);
  if (!discovered?.configuration.serverMetadata().end_session_endpoint) return null;
  return buildEndSessionUrl(discovered.configuration, {
    id_token_hint: idToken,
    post_logout_redirect_uri: provider.settings.signedOutUrl,
    state: "signed_out",
  });
}
