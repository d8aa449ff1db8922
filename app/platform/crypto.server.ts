import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";

const FORMAT = "v1";

/**
 * Encrypts and decrypts secrets at rest: AES-256-GCM, a fresh nonce each, `context` bound in so that a value moved to
 * another row does not decrypt. The first key encrypts; every key decrypts, so keys rotate by being put in front.
 */
export class SecretBox {
  readonly #keys: Buffer[];

  /** @param keys base64 keys of 32 bytes, newest first, separated by commas */
  constructor(keys: string) {
    this.#keys = keys.split(",").map((key) => Buffer.from(key, "base64"));
  }

  encrypt(plain: string, context: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.#keys[0]!, nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
    return [
      FORMAT,
      nonce.toString("base64"),
      cipher.getAuthTag().toString("base64"),
      sealed.toString("base64"),
    ].join(".");
  }

  /**
   * HMAC-SHA256 in base64url under a key of its own per `context`: whoever has not the keys can neither make nor undo it.
   * Made with the newest key only.
   */
  fingerprint(text: string, context: string): string {
    const key = hkdfSync("sha256", this.#keys[0]!, "", `fingerprint ${context}`, 32);
    return createHmac("sha256", Buffer.from(key)).update(text).digest("base64url");
  }

  /** @throws Error when no key fits or the value was changed; the message never holds the value */
  decrypt(stored: string, context: string): string {
    const [format, nonce, tag, sealed] = stored.split(".");
    if (format !== FORMAT || !nonce || !tag || sealed === undefined)
      throw new Error(`A stored secret (${context}) is not in format ${FORMAT}.`);
    for (const key of this.#keys) {
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"), {
          authTagLength: 16,
        })
          .setAAD(Buffer.from(context))
          .setAuthTag(Buffer.from(tag, "base64"));
        return Buffer.concat([decipher.update(Buffer.from(sealed, "base64")), decipher.final()]).toString(
          "utf8",
        );
      } catch {
        // The next key may fit.
      }
    }
    throw new Error(
      `A stored secret (${context}) cannot be decrypted: put the key it was written with into APP_ENCRYPTION_KEY.`,
    );
  }
}

/** SHA-256 in hex, for looking up keys of which only the hash is kept. */
export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
