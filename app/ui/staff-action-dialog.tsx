import { useRouteLoaderData } from "@remix-run/react";
import { Banner, BlockStack, Modal, Select, Text, TextField } from "@shopify/polaris";
import { createContext, type ReactNode, useContext, useEffect, useId, useState } from "react";
import type { FormAnswer } from "../modules/staff/staff-call.ts";
import styles from "./staff-action-dialog.module.css";
import type { ActionField, ShopActionAsked } from "./staff-actions.ts";
import { StaffBackfillFields } from "./staff-backfill-fields.tsx";
import { useFetcher } from "./use-fetcher.ts";

type Ask = (asked: ShopActionAsked) => void;
const Asking = createContext<Ask>(() => undefined);

/** Opens the dialog that asks why, and then does it. */
export const useAsk = (): Ask => useContext(Asking);

/** What was done last is said above the page; one dialog serves every button in it. */
export function StaffActions({ shop, children }: { shop: string; children: ReactNode }) {
  const [asked, setAsked] = useState<{ what: ShopActionAsked; nth: number } | null>(null);
  const [done, setDone] = useState("");
  const ask: Ask = (what) => {
    setDone("");
    setAsked((before) => ({ what, nth: (before?.nth ?? 0) + 1 }));
  };
  return (
    <Asking.Provider value={ask}>
      <div role="status" className={done ? styles.done : undefined}>
        {done ? <Banner tone="success" title={done} onDismiss={() => setDone("")} /> : null}
      </div>
      {children}
      {asked ? (
        <ActionDialog
          key={asked.nth}
          shop={shop}
          asked={asked.what}
          onClose={() => setAsked(null)}
          onDone={() => {
            setAsked(null);
            setDone(asked.what.done);
          }}
        />
      ) : null}
    </Asking.Provider>
  );
}

interface DialogProps {
  shop: string;
  asked: ShopActionAsked;
  onClose: () => void;
  onDone: () => void;
}

function ActionDialog({ shop, asked, onClose, onDone }: DialogProps) {
  const fetcher = useFetcher<FormAnswer<object>>();
  const layout = useRouteLoaderData("routes/staff") as { csrf: string } | undefined;
  const [fields, setFields] = useState<Record<string, string>>(() => ({
    ...Object.fromEntries((asked.fields ?? []).map(({ name, initial }) => [name, initial])),
    reason: "",
  }));
  // Sent again it is the same wish.
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const answer = fetcher.state === "idle" ? fetcher.data : undefined;
  const errors = answer?.ok === false ? inSentences(answer.errors) : {};
  const isDone = answer?.ok === true;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the answer arrives
  useEffect(() => {
    if (isDone) onDone();
  }, [isDone]);

  const set = (name: string) => (value: string) => setFields((before) => ({ ...before, [name]: value }));
  const send = () => {
    if (fetcher.state !== "idle") return;
    const form = { ...asked.ids, ...fields, intent: asked.intent, csrf: layout?.csrf ?? "" };
    fetcher.submit(asked.backfill ? { ...form, idempotencyKey } : form, {
      method: "post",
      action: `/staff/shops/${shop}`,
    });
  };
  return (
    <Modal
      open
      onClose={onClose}
      title={asked.title}
      primaryAction={{
        content: asked.button,
        onAction: send,
        loading: fetcher.state !== "idle",
        destructive: asked.isDestructive === true,
      }}
      secondaryActions={[{ content: "Close", onAction: onClose }]}
    >
      <Modal.Section>
        <div role="alert" className={answer?.ok === false ? styles.refusal : undefined}>
          {answer?.ok === false ? <Refusal answer={answer} /> : null}
        </div>
        <BlockStack gap="400">
          <Text as="p">{asked.consequence}</Text>
          {asked.backfill ? (
            <StaffBackfillFields
              shop={shop}
              connectorId={asked.backfill.connectorId}
              fields={fields}
              set={set}
              errors={errors}
            />
          ) : null}
          {(asked.fields ?? []).map((field) => (
            <Field
              key={field.name}
              field={field}
              value={fields[field.name] ?? ""}
              onChange={set(field.name)}
              error={errors[field.name]}
            />
          ))}
          <ReasonField
            value={fields.reason ?? ""}
            onChange={set("reason")}
            error={errors.reason}
            helpText={asked.reasonHelp}
          />
        </BlockStack>
      </Modal.Section>
    </Modal>
  );
}

/** "must be 15 minutes or more" → "Must be 15 minutes or more." */
const inSentences = (errors: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(errors).map(([field, message]) => [
      field,
      message.replace(/^./, (first) => first.toUpperCase()).replace(/([^.!?])$/, "$1."),
    ]),
  );

/** What could not be put beside a field. */
function Refusal({ answer }: { answer: { message: string; errors: Record<string, string> } }) {
  const shown = new Set([
    "reason",
    "startDate",
    "endDate",
    "forHours",
    "warningMinutes",
    "resolution",
    "outcome",
  ]);
  const others = Object.entries(answer.errors).filter(([name]) => !shown.has(name));
  return (
    <Banner tone="critical" title={answer.message}>
      {others.length > 0 ? others.map(([name, message]) => <p key={name}>{message}</p>) : null}
    </Banner>
  );
}

function Field({
  field,
  value,
  onChange,
  error,
}: {
  field: ActionField;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
}) {
  if (field.kind === "choice")
    return (
      <Select
        label={field.label}
        options={[...field.choices]}
        value={value}
        onChange={onChange}
        error={error ?? false}
      />
    );
  return (
    <TextField
      label={field.label}
      helpText={field.helpText}
      type="number"
      inputMode="numeric"
      min={15}
      value={value}
      onChange={onChange}
      error={error ?? false}
      autoComplete="off"
    />
  );
}

function ReasonField({
  value,
  onChange,
  error,
  helpText,
}: {
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  helpText: string | undefined;
}) {
  const id = useId();
  return (
    <TextField
      id={id}
      label="Reason"
      value={value}
      onChange={onChange}
      multiline={2}
      maxLength={500}
      showCharacterCount={value.length > 400}
      helpText={helpText ?? "It is kept in the audit."}
      error={error ?? false}
      autoComplete="off"
      requiredIndicator
    />
  );
}
