import { BlockStack, Button, Card, Page, Text } from "@shopify/polaris";
import type { SignInProblem } from "../modules/staff/sign-in.ts";

/** The way in, and what stood in it. */
export function StaffSignIn({ to, notice }: { to: string; notice: SignInProblem | "signed_out" | null }) {
  return (
    <main>
      <Page narrowWidth>
        <Card roundedAbove="sm">
          <BlockStack gap="300">
            <Text as="h1" variant="headingMd">
              Sign in
            </Text>
            <Text as="p">{notice}</Text>
            <Button url={`/staff/sign-in/start?${new URLSearchParams({ to })}`}>Sign in</Button>
          </BlockStack>
        </Card>
      </Page>
    </main>
  );
}
