import { SecretBox } from "./crypto.server.ts";
import { env } from "./env.server.ts";

let box: SecretBox | undefined;

/** The process' box for secrets at rest, with the keys of APP_ENCRYPTION_KEY. */
export function secretBox(): SecretBox {
  box ??= new SecretBox(env().APP_ENCRYPTION_KEY);
  return box;
}
