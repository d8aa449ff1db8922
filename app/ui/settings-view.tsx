import {
  Banner,
  BlockStack,
  Box,
  Card,
  Checkbox,
  Divider,
  Form,
  InlineGrid,
  Page,
  Text,
} from "@shopify/polaris";
import { type ReactNode, type RefObject, useEffect, useReducer, useRef } from "react";
import type { NoticeChoices, SaveAnswer, SettingsPage } from "../modules/settings/settings.ts";
import { appBridge } from "./app-bridge.ts";
import { BetweenCards } from "./card-grid.tsx";
import { SaveBar } from "./save-bar.tsx";
import { changeSettingsForm, isChanged, openSettingsForm, type SettingsForm } from "./settings-form.ts";
import { SettingsWindows } from "./settings-windows.tsx";
import { noticeWords } from "./settings-words.ts";
import { useFetcher } from "./use-fetcher.ts";

/** What a merchant may set, as one form: saved whole by the save bar, or not at all. */
export function SettingsView({ page: loaded }: { page: SettingsPage }) {
  const [form, change] = useReducer(changeSettingsForm, loaded, openSettingsForm);
  const fetcher = useFetcher<SaveAnswer>();
  const area = useRef<HTMLDivElement>(null);
  const isSaving = fetcher.state !== "idle";
  const isUnsaved = isChanged(form);
  const answer = isSaving ? undefined : fetcher.data;

  useEffect(() => {
    if (!answer) return;
    change({ type: "answer", answer });
    if (answer.outcome === "saved") appBridge()?.toast.show("Settings saved");
  }, [answer]);
  useFocusOnTrouble(area, form.failedSaves);

  const save = () => {
    if (isSaving || !isUnsaved) return;
    change({ type: "send" });
    const { notices, windows } = form.draft;
    fetcher.submit(
      {
        version: form.page.version,
        notices: { ...notices },
        windows: windows.map((window) => ({ ...window })),
      },
      { method: "post", action: "/app/settings", encType: "application/json" },
    );
  };

  return (
    <Page title="Settings" backAction={{ content: "Sync Health", url: "/app" }}>
      <SaveBar
        id="settings-save-bar"
        isShown={isUnsaved}
        isSaving={isSaving}
        onSave={save}
        onDiscard={() => change({ type: "discard" })}
      />
      <div ref={area}>
        <Form onSubmit={save} noValidate>
          <BlockStack gap="400">
            <SettingsNotice form={form} />
            <SettingsSection
              title="Notices on Home"
              description="Short notes that stay on Home until you dismiss them. Open problems always show."
            >
              <BlockStack gap="300">
                {noticeKeys.map((key) => (
                  <Checkbox
                    key={key}
                    label={noticeWords[key].label}
                    helpText={noticeWords[key].help}
                    checked={form.draft.notices[key]}
                    onChange={(isWanted) => change({ type: "choose", choice: key, isWanted })}
                  />
                ))}
              </BlockStack>
            </SettingsSection>
            <Divider />
            <SettingsSection
              title="Expected days"
              description="Days when unusual numbers are no surprise. They do not count as usual, and raise no data alarm."
            >
              <SettingsWindows form={form} change={change} />
            </SettingsSection>
            <BetweenCards>
              <Box paddingBlockEnd="800">
                <Text as="p" variant="bodySm" tone="subdued">
                  Days are in the {form.page.shop.timeZone.replaceAll("_", " ")} time zone.
                </Text>
              </Box>
            </BetweenCards>
          </BlockStack>
        </Form>
      </div>
    </Page>
  );
}

/** What a card is about beside it, or above it where there is no room. */
function SettingsSection({ title, description, children }: SettingsSectionProps) {
  return (
    <InlineGrid columns={{ xs: "1fr", md: "2fr 5fr" }} gap="400">
      <BetweenCards>
        <Box paddingBlockStart={{ md: "400" }}>
          <BlockStack gap="200">
            <Text as="h2" variant="headingMd">
              {title}
            </Text>
            <Text as="p" tone="subdued">
              {description}
            </Text>
          </BlockStack>
        </Box>
      </BetweenCards>
      <Card>{children}</Card>
    </InlineGrid>
  );
}

interface SettingsSectionProps {
  title: string;
  description: string;
  children: ReactNode;
}

const noticeKeys = Object.keys(noticeWords) as (keyof NoticeChoices)[];

/** Why the last save did not happen, when no single field is to blame. */
function SettingsNotice({ form }: { form: SettingsForm }) {
  switch (form.notice.kind) {
    case "none":
      return null;
    case "failed":
      return (
        <div tabIndex={-1} data-trouble>
          <Banner tone="critical" title="Your changes were not saved">
            <p>{form.notice.message}</p>
          </Banner>
        </div>
      );
    case "conflict":
      return (
        <div tabIndex={-1} data-trouble>
          <Banner tone="warning" title="These settings changed while you were editing">
            <p>
              {isChanged(form)
                ? "Nothing of yours is lost or saved yet. You see the new settings with your changes on top: check them, then save again."
                : "You see what is saved now."}
            </p>
          </Banner>
        </div>
      );
  }
}

/** After a save that did not succeed, the focus goes to the first thing that says why. */
function useFocusOnTrouble(area: RefObject<HTMLElement>, failedSaves: number): void {
  useEffect(() => {
    if (failedSaves === 0) return;
    // The click that saved was outside the frame.
    window.focus();
    area.current?.querySelector<HTMLElement>('[data-trouble], [aria-invalid="true"]')?.focus();
  }, [area, failedSaves]);
}
