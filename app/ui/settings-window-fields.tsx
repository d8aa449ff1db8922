import { BlockStack, Button, InlineGrid, InlineStack, Select, TextField } from "@shopify/polaris";
import {
  type ExpectedWindow,
  MAX_NOTE_LENGTH,
  type SettingsPage,
  type WindowField,
  windowKinds,
} from "../modules/settings/settings.ts";
import { DayField } from "./day-field.tsx";
import styles from "./settings-windows.module.css";
import { everySource, windowKindLabels, windowName } from "./settings-words.ts";

interface SettingsWindowFieldsProps {
  window: ExpectedWindow;
  page: SettingsPage;
  problems: Partial<Record<WindowField, string>>;
  onChange: (fields: Partial<Omit<ExpectedWindow, "id">>) => void;
  onClose: () => void;
  onRemove: () => void;
}

/** One entry of expected days, being edited. */
export function SettingsWindowFields({
  window,
  page,
  problems,
  onChange,
  onClose,
  onRemove,
}: SettingsWindowFieldsProps) {
  const { id, kind, connectorId, startDay, endDay, note } = window;
  const name = windowName(window, page.shop);
  return (
    <fieldset className={styles.fields} aria-label={name}>
      <BlockStack gap="400">
        <InlineGrid columns={{ xs: 1, sm: 2 }} gap="400">
          <Select
            id={`kind-${id}`}
            label="Why"
            options={windowKinds.map((value) => ({ value, label: windowKindLabels[value] }))}
            value={kind}
            onChange={(value) => onChange({ kind: windowKinds.find((one) => one === value) ?? kind })}
            error={problems.kind ?? false}
          />
          <Select
            id={`source-${id}`}
            label="Sources"
            options={sourceOptions(page, connectorId)}
            value={connectorId ?? ""}
            onChange={(value) => onChange({ connectorId: value || null })}
            error={problems.connectorId ?? false}
            {...(page.sources.length === 0
              ? { helpText: "You can choose one as soon as it is connected." }
              : {})}
          />
          <DayField
            id={`start-${id}`}
            label="First day"
            day={startDay}
            shownDay={endDay || page.today}
            onChange={(day) => onChange({ startDay: day })}
            onSettled={(day) => endDay === "" && onChange({ endDay: day })}
            problem={problems.startDay}
          />
          <DayField
            id={`end-${id}`}
            label="Last day"
            day={endDay}
            shownDay={startDay || page.today}
            onChange={(day) => onChange({ endDay: day })}
            problem={problems.endDay}
          />
        </InlineGrid>
        <TextField
          id={`note-${id}`}
          label="Note (optional)"
          value={note}
          onChange={(value) => onChange({ note: value })}
          maxLength={MAX_NOTE_LENGTH}
          showCharacterCount
          autoComplete="off"
          error={problems.note ?? false}
        />
        <InlineStack gap="200">
          <Button accessibilityLabel={`Done with: ${name}`} onClick={onClose}>
            Done
          </Button>
          <Button variant="tertiary" accessibilityLabel={`Remove: ${name}`} onClick={onRemove}>
            Remove
          </Button>
        </InlineStack>
      </BlockStack>
    </fieldset>
  );
}

/** Every source of the shop, and the one that was chosen though it has since gone. */
function sourceOptions({ sources }: SettingsPage, chosen: string | null) {
  const known = sources.map(({ connectorId, label }) => ({ value: connectorId, label }));
  const isGone = chosen !== null && !known.some(({ value }) => value === chosen);
  return [
    { value: "", label: everySource },
    ...known,
    ...(isGone ? [{ value: chosen, label: "A former source" }] : []),
  ];
}
