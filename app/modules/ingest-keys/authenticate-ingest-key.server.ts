import { AppError } from "#app/platform/errors.ts";
import { findIngestKey, type IngestKeyHolder } from "./ingest-keys.store.server.ts";
import { perIngestKey } from "./key-limit.server.ts";

/**
 * Whose live key a request was sent with, counted against the key's limit.
 * @throws AppError unauthenticated, the same for no key, an unknown one and one of a shop that uninstalled; rate_limited
 */
export async function authenticateIngestKey(request: Request): Promise<IngestKeyHolder> {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  const holder = bearer ? await findIngestKey(bearer) : null;
  if (!holder)
    throw new AppError("unauthenticated", "Send a live ingest key of the shop as Authorization: Bearer.");
  await perIngestKey.spend(holder.keyId);
  return holder;
}
