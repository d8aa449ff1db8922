import { useRouteLoaderData } from "@remix-run/react";
import { Banner, BlockStack, Button, InlineStack, Select, TextField } from "@shopify/polaris";
import {
  createContext,
  type FormEvent,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
} from "react";
import type { FormAnswer } from "../modules/staff/staff-call.ts";
import { useFetcher } from "./use-fetcher.ts";

export interface Choice {
  /** The value of the field `do`. */
  value: string;
  label: string;
  isDestructive?: boolean;
}

const Problems = createContext<Readonly<Record<string, string>>>({});

/**
 * A form of the staff pages: fields, a reason, and one or more things to do. What is refused is said beside its field and
 * nothing that was entered is lost; what was done empties it.
 */
export function ReasonForm<Done extends object>({
  hidden = {},
  choices,
  action,
  children,
  onDone,
}: {
  hidden?: Readonly<Record<string, string>>;
  choices: readonly [Choice, ...Choice[]];
  /** Where it is sent; the page it is on where nothing is said. */
  action?: string;
  children?: ReactNode;
  onDone?: (done: Done) => void;
}) {
  const fetcher = useFetcher<FormAnswer<Done>>();
  const signedIn = useRouteLoaderData("routes/staff") as { csrf: string } | undefined;
  const form = useRef<HTMLFormElement>(null);
  const [sent, setSent] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const isBusy = fetcher.state !== "idle";
  const answer = isBusy ? undefined : fetcher.data;
  const told = useRef(answer);

  useEffect(() => {
    if (!answer || told.current === answer) return;
    told.current = answer;
    if (answer.ok) {
      setRound((before) => before + 1);
      onDone?.(answer as unknown as Done);
    } else {
      form.current?.querySelector<HTMLElement>('[data-trouble], [aria-invalid="true"]')?.focus();
    }
  }, [answer, onDone]);

  const send = (choice: Choice) => {
    if (isBusy || !form.current) return;
    const fields = new FormData(form.current);
    for (const [name, value] of Object.entries(hidden)) fields.set(name, value);
    fields.set("do", choice.value);
    fields.set("csrf", signedIn?.csrf ?? "");
    setSent(choice.value);
    fetcher.submit(fields, { method: "post", ...(action ? { action } : {}) });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send(choices[0]);
  };
  const problems = answer?.ok === false ? answer.errors : {};

  return (
    <form ref={form} onSubmit={submit} noValidate autoComplete="off">
      <Problems.Provider value={problems}>
        <BlockStack gap="300" key={round}>
          {answer?.ok === false ? (
            <div tabIndex={-1} data-trouble>
              <Banner tone="critical">
                <p>{answer.message}</p>
              </Banner>
            </div>
          ) : null}
          {children}
          <FormField name="reason" label="Reason" help="Kept in the audit." />
          <InlineStack gap="200">
            {choices.map((choice) => (
              <Button
                key={choice.value}
                onClick={() => send(choice)}
                loading={isBusy && sent === choice.value}
                disabled={isBusy}
                {...(choice.isDestructive ? { tone: "critical" as const } : {})}
              >
                {choice.label}
              </Button>
            ))}
          </InlineStack>
        </BlockStack>
      </Problems.Provider>
    </form>
  );
}

/** One field of a `ReasonForm`, with what is wrong with it. */
export function FormField({
  name,
  label,
  help,
  initial = "",
  type = "text",
}: {
  name: string;
  label: string;
  help?: string;
  initial?: string;
  type?: "text" | "password" | "url" | "number";
}) {
  const [value, setValue] = useState(initial);
  const problem = useContext(Problems)[name];
  return (
    <TextField
      name={name}
      label={label}
      value={value}
      onChange={setValue}
      type={type}
      autoComplete={type === "password" ? "new-password" : "off"}
      {...(help ? { helpText: help } : {})}
      {...(problem ? { error: problem } : {})}
    />
  );
}

/** One of several, in a `ReasonForm`. Nothing is chosen at first. */
export function ChoiceField({
  name,
  label,
  options,
}: {
  name: string;
  label: string;
  options: readonly { value: string; label: string }[];
}) {
  const [value, setValue] = useState("");
  const problem = useContext(Problems)[name];
  return (
    <Select
      name={name}
      label={label}
      value={value}
      onChange={setValue}
      placeholder="Choose"
      options={[...options]}
      {...(problem ? { error: "Choose one." } : {})}
    />
  );
}
