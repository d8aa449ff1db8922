import { BlockStack, Card, InlineStack, Text } from "@shopify/polaris";
import { MOST_LIVE_KEYS, ROTATION_DAYS } from "../modules/ingest-keys/ingest-key.ts";
import { SetupAct } from "./setup-act.tsx";
import type { SetupSection } from "./setup-section.tsx";
import { Code, Quiet, StaffTable, sinceThen, UtcTime } from "./staff-table.tsx";

/** The keys that the shop's own pipelines report with. */
export function SetupKeys({ page: { keys }, now, onDone }: SetupSection) {
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          Ingest keys
        </Text>
        {keys.length === 0 ? (
          <Text as="p" tone="subdued">
            No key works. The shop's own pipelines cannot report.
          </Text>
        ) : (
          <StaffTable
            label="Ingest keys"
            columns={["Key", "Made (UTC)", "Last used", "Works until (UTC)", "Act"].map((title) => ({
              title,
            }))}
          >
            {keys.map((key) => (
              <tr key={key.id}>
                <th scope="row">{key.prefix ? <Code>{key.prefix}…</Code> : "Made before keys had names"}</th>
                <td>
                  <UtcTime at={key.createdAt} />
                </td>
                <td>{key.lastUsedAt ? `${sinceThen(key.lastUsedAt, now)} ago` : <Quiet>Never</Quiet>}</td>
                <td>{key.expiresAt ? <UtcTime at={key.expiresAt} /> : <Quiet>Somebody revokes it</Quiet>}</td>
                <td>
                  <SetupAct
                    title="Revoke"
                    about={key.prefix}
                    hidden={{ key: key.id }}
                    choice={{ value: "revoke_key", label: "Revoke now", isDestructive: true }}
                    onDone={onDone}
                  />
                </td>
              </tr>
            ))}
          </StaffTable>
        )}
        {keys.length >= MOST_LIVE_KEYS ? (
          <Text as="p" tone="subdued">
            Two keys work. Revoke the one that is no longer used to make another.
          </Text>
        ) : (
          <InlineStack>
            <SetupAct
              title={keys.length > 0 ? "Rotate" : "Make a key"}
              choice={{ value: "rotate_key", label: "Make a new key" }}
              onDone={onDone}
            >
              <Text as="p">
                The new key is shown once.
                {keys.length > 0 ? ` The one above works for another ${ROTATION_DAYS} days.` : ""}
              </Text>
            </SetupAct>
          </InlineStack>
        )}
      </BlockStack>
    </Card>
  );
}
