import { Badge, BlockStack, Button, InlineStack, Text } from "@shopify/polaris";
import type { ExpectedWindow, SettingsPage } from "../modules/settings/settings.ts";
import styles from "./settings-windows.module.css";
import { everySource, formatDays, windowKindLabels, windowName } from "./settings-words.ts";

interface SettingsWindowSummaryProps {
  window: ExpectedWindow;
  page: SettingsPage;
  onEdit: () => void;
  onRemove: () => void;
}

/** Expected days in a line: when, why, for which source. */
export function SettingsWindowSummary({ window, page, onEdit, onRemove }: SettingsWindowSummaryProps) {
  const { startDay, endDay, kind, note } = window;
  const name = windowName(window, page.shop);
  const isNow = startDay <= page.today && page.today <= endDay;
  return (
    <div className={styles.summary}>
      <div className={styles.words}>
        <BlockStack gap="050">
          <InlineStack gap="200" blockAlign="center">
            <Text as="p" fontWeight="semibold">
              {formatDays(startDay, endDay, page.shop)}
            </Text>
            {isNow ? <Badge tone="info">Now</Badge> : null}
          </InlineStack>
          <Text as="p" variant="bodySm" tone="subdued">
            {[windowKindLabels[kind], sourceName(window, page)].join(" · ")}
          </Text>
          {note ? <Text as="p">{note}</Text> : null}
        </BlockStack>
      </div>
      <div className={styles.actions}>
        <Button
          id={`edit-${window.id}`}
          variant="tertiary"
          accessibilityLabel={`Edit: ${name}`}
          onClick={onEdit}
        >
          Edit
        </Button>
        <Button variant="tertiary" accessibilityLabel={`Remove: ${name}`} onClick={onRemove}>
          Remove
        </Button>
      </div>
    </div>
  );
}

const sourceName = ({ connectorId }: ExpectedWindow, { sources }: SettingsPage): string =>
  connectorId === null
    ? everySource
    : (sources.find((source) => source.connectorId === connectorId)?.label ?? "A former source");
