import { BlockStack, Button, Card, InlineStack, Page, Text } from "@shopify/polaris";

/** What stands in the way of a staff page, and what to do about it. */
export function StaffProblemPage({ code, message }: { code: string; message: string }) {
  return (
    <Page narrowWidth>
      <Card roundedAbove="sm">
        <BlockStack gap="300">
          <Text as="h1" variant="headingMd">
            {code}
          </Text>
          <Text as="p">{message}</Text>
          <InlineStack>
            <Button url="/staff">Go to shops</Button>
          </InlineStack>
        </BlockStack>
      </Card>
    </Page>
  );
}
