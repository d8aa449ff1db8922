import { Card, Page, Text } from "@shopify/polaris";

/** Where Shopify's library sends whoever comes without a shop. The app is opened from Shopify admin, never signed in to. */
export default function SignIn() {
  return (
    <Page title="Sync Health" narrowWidth>
      <Card>
        <Text as="p">Open Sync Health from your Shopify admin.</Text>
      </Card>
    </Page>
  );
}
