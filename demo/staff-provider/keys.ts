import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { exportJWK, generateKeyPair, type JWK } from "jose";

/** What the provider signs with and knows our app by. Kept with the demo's data, so that a restart signs nobody out. */
export interface ProviderKeys {
  clientSecret: string;
  cookieKey: string;
  signingKey: JWK;
}

export async function readProviderKeys(file: string): Promise<ProviderKeys> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as ProviderKeys;
  const keys = await makeProviderKeys();
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}

export async function makeProviderKeys(): Promise<ProviderKeys> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const kid = randomBytes(4).toString("hex");
  return {
    clientSecret: randomBytes(24).toString("hex"),
    cookieKey: randomBytes(24).toString("hex"),
    signingKey: { ...(await exportJWK(privateKey)), kid, use: "sig", alg: "RS256" },
  };
}
