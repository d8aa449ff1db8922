import { AppError, notFound } from "#app/platform/errors.ts";
import { isPublicAddress } from "#app/platform/http/public-address.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { By } from "../audit/by.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { saveBackfillUrl } from "./connectors.store.server.ts";

const loopbackHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Whether requests of ours may be sent to an address: the public internet, by HTTPS. Only an app that itself is on this
 * machine may speak to this machine. Asked outside any transaction, and again before each request: names move.
 * @param appUrl where this app is reached
 * @throws AppError invalid, naming the field `url`
 */
export async function requireCallableUrl(url: string, appUrl: string): Promise<void> {
  const parsed = URL.parse(url);
  const why =
    !parsed || !/^https?:$/.test(parsed.protocol)
      ? "Give the whole address, beginning with https://."
      : parsed.username || parsed.password
        ? "Leave the user name and password out: what we send is signed."
        : loopbackHosts.has(new URL(appUrl).hostname) || (await isPublicAddress(url))
          ? null
          : "This address is not on the public internet, or not https.";
  if (why) throw new AppError("invalid", why, { errors: { url: [why] } });
}

/**
 * Says where a pipeline is told that days are to be sent again; null: it cannot be told. The address has passed
 * `requireCallableUrl`.
 * @throws AppError not_found; conflict for a source that Airbyte syncs
 */
export async function setBackfillUrl(
  tx: ShopTx,
  connectorId: string,
  { url, reason }: { url: string | null; reason: string },
  by: By,
): Promise<void> {
  const connector = await tx.connector.findFirst({
    where: { id: connectorId },
    select: { shopId: true, engine: true, backfillUrl: true },
  });
  if (!connector) throw notFound("connector");
  if (connector.engine !== "push")
    throw new AppError("conflict", "Airbyte syncs this source: there is no pipeline to tell.");
  await saveBackfillUrl(tx, connectorId, url);
  await recordAudit(tx, {
    shopId: connector.shopId,
    actor: by.actor,
    action: "connector.set_backfill_url",
    target: connectorId,
    before: { url: withoutQuery(connector.backfillUrl) },
    after: { url: withoutQuery(url) },
    reason,
    requestId: by.requestId,
    at: by.now,
  });
}

/** What stands behind the question mark may be a key of theirs: the audit does not keep it. */
const withoutQuery = (url: string | null): string | null => url?.replace(/\?.*$/s, "?…") ?? null;
