import { BlockStack, Page, Text } from "@shopify/polaris";
import type { Support } from "../modules/dashboards/dashboard-block.ts";
import { SupportContact } from "./block-banner.tsx";
import { Section } from "./section.tsx";

/** Whom to ask, and what they will want to know. */
export function SupportView({ support, domain }: { support: Support; domain: string }) {
  const hasContact = support.email !== null || support.url !== null;
  return (
    <Page title="Get support" backAction={{ content: "Sync Health", url: "/app" }} narrowWidth>
      <Section title="Before you ask">
        <BlockStack gap="200">
          <Text as="p">
            Sync Health lists every problem that it knows of, what it affects and what to do. Many can be
            solved there.
          </Text>
          {hasContact ? (
            <>
              <SupportContact support={support} />
              <Text as="p">Please name your shop, {domain}, and the source that you ask about.</Text>
            </>
          ) : (
            <Text as="p">
              If that does not help, use the developer's contact on this app's page in the Shopify App Store.
            </Text>
          )}
        </BlockStack>
      </Section>
    </Page>
  );
}
