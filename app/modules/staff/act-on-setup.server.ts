import { env } from "#app/platform/env.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { testAlert } from "../alerts/test-alert.server.ts";
import type { By } from "../audit/by.ts";
import { changeWorkspace, issueAirbyteAddresses } from "../connectors/change-workspace.server.ts";
import { mapConnection, unmapConnection } from "../connectors/map-connection.server.ts";
import { requireCallableUrl, setBackfillUrl } from "../connectors/set-backfill-url.server.ts";
import { revokeIngestKey, rotateIngestKey } from "../ingest-keys/manage-ingest-keys.server.ts";
import type { Shop } from "../shops/shop.ts";
import { airbyteEvents } from "../sync-runs/airbyte-webhook.ts";
import { mapLineageJob, unmapLineageJob } from "../sync-runs/map-lineage-job.server.ts";
import type { SetupDone, SetupForm } from "./setup-page.ts";

/** Does what one of the setup page's forms, or its twin of the API, asks for. @throws AppError */
export async function actOnSetup(shop: Shop, form: SetupForm, by: By): Promise<SetupDone> {
  const done = { done: form.do };
  switch (form.do) {
    case "rotate_key": {
      const key = await withShop(shop.id, (tx) => rotateIngestKey(tx, shop.id, form.reason, by));
      return { ...done, key };
    }
    case "revoke_key":
      await withShop(shop.id, (tx) => revokeIngestKey(tx, shop.id, form.key, form.reason, by));
      return done;
    case "set_workspace":
      await withShop(shop.id, (tx) => changeWorkspace(tx, shop.id, form, by));
      return done;
    case "issue_addresses": {
      const wanted = { root: env().SHOPIFY_APP_URL, events: airbyteEvents, reason: form.reason };
      const addresses = await withShop(shop.id, (tx) => issueAirbyteAddresses(tx, shop.id, wanted, by));
      return { ...done, addresses };
    }
    case "map_connection":
    case "unmap_connection": {
      const change = form.do === "map_connection" ? mapConnection : unmapConnection;
      await withShop(shop.id, (tx) =>
        change(tx, shop.id, { connectionId: form.connection, source: form.source, reason: form.reason }, by),
      );
      return done;
    }
    case "map_job":
      await withShop(shop.id, (tx) => mapLineageJob(tx, shop.id, form, by));
      return done;
    case "unmap_job":
      await withShop(shop.id, (tx) => unmapLineageJob(tx, shop.id, form, by));
      return done;
    case "set_backfill_url":
      if (form.url !== null) await requireCallableUrl(form.url, env().SHOPIFY_APP_URL);
      await withShop(shop.id, (tx) => setBackfillUrl(tx, form.connector, form, by));
      return done;
    case "test_alert":
      await testAlert({ ...form, shop: shop.domain }, by);
      return done;
  }
}
