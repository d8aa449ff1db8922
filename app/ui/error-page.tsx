import { useRevalidator } from "@remix-run/react";
import { BlockStack, Button, Card, InlineStack, Page, Text } from "@shopify/polaris";

/** When our own code failed: says so, and offers the one thing that may help. */
export function ErrorPage() {
  const { revalidate, state } = useRevalidator();
  return (
    <Page title="Sync Health" narrowWidth>
      <Card roundedAbove="sm">
        <BlockStack gap="300">
          <Text as="h2" variant="headingMd">
            This page could not be loaded
          </Text>
          <Text as="p">
            Something went wrong on our side. Your data and your syncs are not affected. Please try again in a
            moment.
          </Text>
          <InlineStack>
            <Button variant="primary" loading={state === "loading"} onClick={revalidate}>
              Try again
            </Button>
          </InlineStack>
        </BlockStack>
      </Card>
    </Page>
  );
}

export function NotFoundPage() {
  return (
    <Page title="Sync Health" narrowWidth>
      <Card roundedAbove="sm">
        <BlockStack gap="300">
          <Text as="h2" variant="headingMd">
            There is nothing at this address
          </Text>
          <Text as="p">The page may have moved, or what it showed is no longer part of this shop.</Text>
          <InlineStack>
            <Button variant="primary" url="/app">
              Go to Sync Health
            </Button>
          </InlineStack>
        </BlockStack>
      </Card>
    </Page>
  );
}
