import { Banner, BlockStack, Card, Page, Text } from "@shopify/polaris";
import { useState } from "react";
import type {
  CredentialsView as Credentials,
  ReplacedCredentials,
} from "../modules/connectors/source-secrets.ts";
import { LiveNotice } from "./live-notice.tsx";
import { FormField, ReasonForm } from "./reason-form.tsx";

/** New credentials for a source, handed on to Airbyte. What is entered here is kept nowhere of ours. */
export function CredentialsView({ shop, credentials }: { shop: string; credentials: Credentials }) {
  const [done, setDone] = useState<ReplacedCredentials | null>(null);
  const { label, sourceName, alsoFeeds, secrets } = credentials;
  return (
    <Page
      title={`Credentials of ${label}`}
      subtitle={shop}
      backAction={{ content: "Setup", url: `/staff/shops/${shop}/setup` }}
      narrowWidth
    >
      <BlockStack gap="400">
        <LiveNotice>
          {done ? (
            <Banner tone="success" title="Airbyte has the new credentials">
              <BlockStack gap="200">
                <p>
                  Replaced: {done.replaced.join(", ")}.{" "}
                  {done.canSync
                    ? "Start a sync to see that they work."
                    : "The connection is off: switch it on, then sync."}
                </p>
                {done.canSync ? (
                  <ReasonForm
                    hidden={{}}
                    choices={[{ value: "sync", label: "Sync now" }]}
                    onDone={() => setDone({ ...done, canSync: false })}
                  />
                ) : null}
              </BlockStack>
            </Banner>
          ) : null}
        </LiveNotice>
        <Card>
          <BlockStack gap="300">
            <Text as="p">
              {sourceName} in Airbyte{alsoFeeds.length > 0 ? ` also feeds ${alsoFeeds.join(", ")}` : ""}. Fill
              in only what is new: it goes straight to Airbyte and is not kept here.
            </Text>
            {secrets.length === 0 ? (
              <Text as="p" tone="subdued">
                Airbyte shows no secret of this source that could be replaced. Change its sign-in in Airbyte
                itself.
              </Text>
            ) : (
              <ReasonForm<ReplacedCredentials>
                choices={[{ value: "replace", label: "Replace credentials" }]}
                onDone={setDone}
              >
                {secrets.map((name) => (
                  <FormField key={name} name={`secrets.${name}`} label={name} type="password" />
                ))}
              </ReasonForm>
            )}
          </BlockStack>
        </Card>
      </BlockStack>
    </Page>
  );
}
