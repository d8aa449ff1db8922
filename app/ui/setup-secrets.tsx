import { BlockStack, Text } from "@shopify/polaris";
import type { SetupDone } from "../modules/staff/setup-page.ts";
import { Code, formatUtc } from "./staff-table.tsx";

/** What is shown once, after a form was taken. */
export function SetupSecrets({ done: { key, addresses } }: { done: SetupDone }) {
  if (key)
    return (
      <BlockStack gap="200">
        <Line label="Bearer key" value={key.bearerKey} />
        <Line label="Signing secret" value={key.signingSecret} />
        {key.previousUntil ? (
          <Text as="p">The key before works until {formatUtc(key.previousUntil)} UTC.</Text>
        ) : null}
      </BlockStack>
    );
  if (addresses)
    return (
      <BlockStack gap="100">
        {Object.entries(addresses).map(([event, address]) => (
          <Line key={event} label={event} value={address} />
        ))}
      </BlockStack>
    );
  return null;
}

const Line = ({ label, value }: { label: string; value: string }) => (
  <div>
    <Text as="span" fontWeight="medium">
      {label}:
    </Text>{" "}
    <Code>{value}</Code>
  </div>
);
