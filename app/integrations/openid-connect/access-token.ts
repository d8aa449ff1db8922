import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import { describeTrouble, type Provider, publicKeyAlgorithms } from "./provider.ts";

const MAX_TOKEN_LENGTH = 8_192;
const CLOCK_TOLERANCE_SECONDS = 10;

export type AccessTokenRefusal =
  | "malformed"
  | "algorithm"
  | "signature"
  | "issuer"
  | "audience"
  | "expired"
  | "not_yet_valid";

export type AccessToken =
  | { accepted: true; claims: JWTPayload }
  | { accepted: false; reason: AccessTokenRefusal };

/**
 * Verifies a JWT access token of the provider: signed by one of its public keys, issued by it, for our API, in time.
 * What no key of the provider's can have signed is refused without asking it.
 * @throws AppError unavailable when its keys cannot be had
 */
export async function verifyAccessToken(provider: Provider, token: string, now: Date): Promise<AccessToken> {
  const refused = refuseByHeader(token);
  if (refused) return { accepted: false, reason: refused };
  const { configuration, keys, algorithms } = await provider.discover();
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms,
      issuer: configuration.serverMetadata().issuer,
      audience: provider.settings.audience,
      requiredClaims: ["exp", "sub"],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: now,
    });
    return { accepted: true, claims: payload };
  } catch (error) {
    const reason = reasonOf(error);
    if (!reason) throw describeTrouble(error, provider.settings.issuer);
    return { accepted: false, reason };
  }
}

function refuseByHeader(token: string): AccessTokenRefusal | null {
  if (token.length > MAX_TOKEN_LENGTH) return "malformed";
  try {
    const { alg } = decodeProtectedHeader(token);
    return alg && publicKeyAlgorithms.includes(alg) ? null : "algorithm";
  } catch {
    return "malformed";
  }
}

/** Null when nothing is wrong with the token: the keys could not be had. */
function reasonOf(error: unknown): AccessTokenRefusal | null {
  if (error instanceof errors.JOSEAlgNotAllowed) return "algorithm";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "signature";
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return "signature";
  if (error instanceof errors.JWTExpired) return "expired";
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "iss") return "issuer";
    if (error.claim === "aud") return "audience";
    return error.claim === "nbf" ? "not_yet_valid" : "malformed";
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return "malformed";
  if (error instanceof errors.JOSENotSupported) return "algorithm";
  return null;
}
