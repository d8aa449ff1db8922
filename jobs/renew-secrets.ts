/**
 * `npm run secrets:renew`: writes what is kept encrypted under the first key of APP_ENCRYPTION_KEY, so that older keys
 * can be dropped. Ends with 1 when something could not be opened with any of the keys.
 */
import { renewAllSecrets } from "#app/modules/shops/renew-secrets.server.ts";
import { assertSafeRole, db } from "#app/platform/db.server.ts";

try {
  await assertSafeRole(db());
  const { shops, renewed, current, unreadable } = await renewAllSecrets();
  console.log(`shops=${shops} renewed=${renewed} current=${current} unreadable=${unreadable}`);
  if (unreadable > 0) {
    console.error("Keep the older keys: some secrets open with none of those given. The log names them.");
    process.exitCode = 1;
  } else
    console.log("Every secret is under the first key. The others can be dropped from APP_ENCRYPTION_KEY.");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await db().$disconnect();
}
