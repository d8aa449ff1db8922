import { BlockStack, Box, Button, InlineError, InlineStack, Text } from "@shopify/polaris";
import { type Dispatch, useState } from "react";
import { type ExpectedWindow, MAX_WINDOWS } from "../modules/settings/settings.ts";
import type { SettingsEvent, SettingsForm } from "./settings-form.ts";
import { SettingsWindowFields } from "./settings-window-fields.tsx";
import { SettingsWindowSummary } from "./settings-window-summary.tsx";
import styles from "./settings-windows.module.css";
import { windowName } from "./settings-words.ts";
import { useFocusAfterChange } from "./use-focus-after-change.ts";

interface SettingsWindowsProps {
  form: SettingsForm;
  change: Dispatch<SettingsEvent>;
}

/** The days on which a merchant expects unusual numbers: each one a line, or its fields while it is edited. */
export function SettingsWindows({ form, change }: SettingsWindowsProps) {
  const { page, draft, problems, openIds } = form;
  const [said, setSaid] = useState("");
  const moveFocus = useFocusAfterChange();
  const isFull = draft.windows.length >= MAX_WINDOWS;

  const add = () => {
    const id = crypto.randomUUID();
    change({
      type: "add",
      window: { id, connectorId: null, kind: "sale", startDay: "", endDay: "", note: "" },
    });
    moveFocus(`kind-${id}`);
  };
  const remove = (window: ExpectedWindow) => {
    change({ type: "remove", id: window.id });
    setSaid(`Removed: ${windowName(window, page.shop)}`);
    moveFocus("add-expected-days");
  };
  const open = (id: string) => {
    change({ type: "open", id });
    moveFocus(`kind-${id}`);
  };
  const close = (id: string) => {
    change({ type: "close", id });
    moveFocus(`edit-${id}`);
  };

  const listOf = (windows: readonly ExpectedWindow[]) => (
    <ul className={styles.list}>
      {windows.map((window) => (
        <li key={window.id} className={styles.window}>
          {openIds.includes(window.id) ? (
            <SettingsWindowFields
              window={window}
              page={page}
              problems={problems.windows[window.id] ?? {}}
              onChange={(fields) => change({ type: "edit", id: window.id, change: fields })}
              onClose={() => close(window.id)}
              onRemove={() => remove(window)}
            />
          ) : (
            <SettingsWindowSummary
              window={window}
              page={page}
              onEdit={() => open(window.id)}
              onRemove={() => remove(window)}
            />
          )}
        </li>
      ))}
    </ul>
  );

  const { upcoming, past } = splitByDay(form);
  return (
    <>
      <BlockStack gap="400">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="h3" variant="headingSm">
            {past.length > 0 ? "Now and coming up" : "Your days"}
          </Text>
          <Button id="add-expected-days" disabled={isFull} onClick={add}>
            Add days
          </Button>
        </InlineStack>
        {isFull ? (
          <Text as="p" tone="subdued">
            You have {MAX_WINDOWS} entries, which is the most. Remove one to add another.
          </Text>
        ) : null}
        {problems.list ? (
          <div tabIndex={-1} data-trouble className={styles.trouble}>
            <InlineError message={problems.list} fieldID="add-expected-days" />
          </div>
        ) : null}
        {upcoming.length > 0 ? (
          listOf(upcoming)
        ) : (
          <Text as="p" tone="subdued">
            {past.length > 0
              ? "Nothing planned."
              : "None yet. Add a sale, a holiday or a paused campaign before it begins."}
          </Text>
        )}
        {past.length > 0 ? (
          <BlockStack gap="400">
            <Box borderBlockStartWidth="025" borderColor="border-secondary" paddingBlockStart="400">
              <Text as="h3" variant="headingSm">
                Past
              </Text>
            </Box>
            {listOf(past)}
          </BlockStack>
        ) : null}
      </BlockStack>
      <div role="status" aria-live="polite">
        <Text as="p" visuallyHidden>
          {said}
        </Text>
      </div>
    </>
  );
}

/** By the days as they are stored, so that a window keeps its place while it is edited; the latest past one first. */
function splitByDay({ page, draft }: SettingsForm) {
  const isPast = (id: string) =>
    (page.windows.find((stored) => stored.id === id)?.endDay ?? page.today) < page.today;
  return {
    upcoming: draft.windows.filter(({ id }) => !isPast(id)),
    past: draft.windows.filter(({ id }) => isPast(id)).reverse(),
  };
}
