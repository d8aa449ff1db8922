import { db } from "#app/platform/db.server.ts";
import { type RenewedSecrets, sumRenewed } from "#app/platform/secrets.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { renewSigningSecrets } from "../ingest-keys/ingest-keys.store.server.ts";
import { renewSessionSecrets } from "./sessions.store.server.ts";

/**
 * Writes everything that is kept encrypted under the newest key of APP_ENCRYPTION_KEY, one transaction per shop; may be
 * stopped and run again. When nothing is left unreadable, no older key is needed any more.
 */
export async function renewAllSecrets(): Promise<RenewedSecrets & { shops: number }> {
  const shops = await db().$queryRaw<{ id: string }[]>`SELECT id FROM list_shops_with_secrets() AS id`;
  const all: RenewedSecrets[] = [];
  for (const { id } of shops)
    all.push(
      await withShop(id, async (tx) =>
        sumRenewed([await renewSessionSecrets(tx, id), await renewSigningSecrets(tx, id)]),
      ),
    );
  return { shops: shops.length, ...sumRenewed(all) };
}
