import { BlockStack, Button, Card, InlineStack, Page, Text } from "@shopify/polaris";

interface Words {
  title: string;
  text: string;
}

const words: Record<string, Words> = {
  forbidden: {
    title: "This is not for your role",
    text: "Ask whoever runs your company's sign-in for the role it takes, then sign out and in again.",
  },
  not_found: {
    title: "There is nothing here",
    text: "It may have been removed, or the address is not right.",
  },
  malformed: { title: "This address is not complete", text: "Go back and choose again." },
  rate_limited: { title: "That was a lot at once", text: "Wait a minute, then load this page again." },
  unavailable: { title: "This cannot be shown right now", text: "Try again in a moment." },
  not_configured: {
    title: "Staff sign-in is not configured",
    text: "Set STAFF_OIDC_ISSUER, STAFF_OIDC_CLIENT_ID and STAFF_OIDC_CLIENT_SECRET, and restart the app.",
  },
};

const unexpected: Words = {
  title: "This page could not be loaded",
  text: "Something went wrong on our side; the log has it. Nothing was changed.",
};

/** What stands in the way of a staff page, and what to do about it. */
export function StaffProblemPage({ code, message }: { code: string; message: string }) {
  const { title, text } = words[code] ?? unexpected;
  return (
    <Page narrowWidth>
      <Card roundedAbove="sm" padding={{ xs: "400", sm: "600" }}>
        <BlockStack gap="300">
          <Text as="h1" variant="headingLg">
            {title}
          </Text>
          {code === "not_configured" || message === "" ? null : <Text as="p">{message}</Text>}
          <Text as="p" tone={message ? "subdued" : "base"}>
            {text}
          </Text>
          {code === "not_configured" ? null : (
            <InlineStack>
              <Button url="/staff">Go to shops</Button>
            </InlineStack>
          )}
        </BlockStack>
      </Card>
    </Page>
  );
}
