import { Banner, BlockStack, Page } from "@shopify/polaris";
import { useState } from "react";
import type { SetupDone, SetupForm, SetupPage } from "../modules/staff/setup-page.ts";
import { LiveNotice } from "./live-notice.tsx";
import { SetupAirbyte } from "./setup-airbyte.tsx";
import { SetupAlerts } from "./setup-alerts.tsx";
import { SetupKeys } from "./setup-keys.tsx";
import { SetupPipelines } from "./setup-pipelines.tsx";
import { SetupSecrets } from "./setup-secrets.tsx";

const doneWords: Record<SetupForm["do"], string> = {
  rotate_key: "A new key works now. Copy it: it is shown this once.",
  revoke_key: "The key no longer works.",
  set_workspace: "The workspace was changed. Airbyte is asked for its news now.",
  issue_addresses: "New addresses work now. Copy them: they are shown this once.",
  map_connection: "The connection feeds the source. Its past syncs arrive with the next poll.",
  unmap_connection: "The connection feeds that source no more.",
  map_job: "The job's runs count for the source from its next event on.",
  unmap_job: "The job's name decides again where its runs belong.",
  set_backfill_url: "The address was saved.",
  test_alert: "A test message is on its way. Reload to see what became of it.",
};

/** How a shop's data comes in: keys, the Airbyte workspace, what feeds what, and where alerts go. */
export function SetupView({ page, now }: { page: SetupPage; now: string }) {
  const [done, setDone] = useState<SetupDone | null>(null);
  const section = { page, now, onDone: setDone };
  return (
    <Page
      title="Setup"
      subtitle={page.shop.domain}
      backAction={{ content: page.shop.domain, url: `/staff/shops/${page.shop.domain}` }}
    >
      <BlockStack gap="400">
        {page.shop.isInstalled ? null : (
          <Banner tone="warning">
            <p>This shop has removed the app.</p>
          </Banner>
        )}
        <LiveNotice>
          {done ? (
            <Banner tone="success" title={doneWords[done.done]} onDismiss={() => setDone(null)}>
              <SetupSecrets done={done} />
            </Banner>
          ) : null}
        </LiveNotice>
        <SetupKeys {...section} />
        <SetupAirbyte {...section} />
        <SetupPipelines {...section} />
        <SetupAlerts {...section} />
      </BlockStack>
    </Page>
  );
}
