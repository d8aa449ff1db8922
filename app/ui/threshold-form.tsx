import { useLocation, useRouteLoaderData } from "@remix-run/react";
import { Banner, BlockStack, Button, Checkbox, InlineStack, Text, TextField } from "@shopify/polaris";
import { useState } from "react";
import type { Simulation } from "../modules/checks/simulate-check.ts";
import type { CheckSettingView } from "../modules/checks/thresholds-page.ts";
import type { FormAnswer } from "../modules/staff/staff-call.ts";
import styles from "./audit-view.module.css";
import { LiveNotice } from "./live-notice.tsx";
import { SimulationView } from "./simulation-view.tsx";
import { useFetcher } from "./use-fetcher.ts";

/** `simulation`: what it would have brought; null: it was saved. */
type Answer = FormAnswer<{ simulation: Simulation | null }>;

/** One check's setting: tried out on the last 90 days first, saved second. */
export function ThresholdForm({ check, mayAct }: { check: CheckSettingView; mayAct: boolean }) {
  const fetcher = useFetcher<Answer>();
  const signedIn = useRouteLoaderData("routes/staff") as { csrf: string } | undefined;
  const { pathname } = useLocation();
  const [enabled, setEnabled] = useState(check.enabled);
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(check.limits.map(({ name, value }) => [name, String(value)])),
  );
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState("");
  const isBusy = fetcher.state !== "idle";
  const answer = isBusy ? undefined : (fetcher.data as Answer | undefined);
  const problems = answer?.ok === false ? answer.errors : {};
  const setting = JSON.stringify([enabled, values]);
  const simulation = answer?.ok && asked === setting ? answer.simulation : null;

  const send = (what: "simulate" | "save") => {
    setAsked(setting);
    fetcher.submit(
      {
        csrf: signedIn?.csrf ?? "",
        check: check.check,
        enabled: String(enabled),
        ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`thresholds.${name}`, value])),
        ...(what === "save" ? { reason } : {}),
      },
      {
        method: "post",
        action: what === "save" ? pathname : `${pathname.replace(/thresholds$/, "")}try-thresholds`,
      },
    );
  };

  return (
    <BlockStack gap="300">
      {check.canSwitchOff ? (
        <Checkbox label="This check is on" checked={enabled} onChange={setEnabled} />
      ) : null}
      <div className={styles.filter}>
        {check.limits.map((limit) => (
          <TextField
            key={limit.name}
            label={limit.label}
            type="number"
            min={limit.min}
            max={limit.max}
            step={limit.isWhole ? 1 : 0.1}
            value={values[limit.name] ?? ""}
            onChange={(value) => setValues((before) => ({ ...before, [limit.name]: value }))}
            helpText={`Usually ${limit.default}`}
            disabled={!enabled}
            autoComplete="off"
            {...(problems[limit.name] ? { error: problems[limit.name] } : {})}
          />
        ))}
      </div>
      {answer?.ok === false ? (
        <Banner tone="critical">
          <p>{answer.message}</p>
        </Banner>
      ) : null}
      <LiveNotice>
        {answer?.ok && answer.simulation === null ? (
          <Banner tone="success">
            <p>Saved. It counts from the next check on, within 15 minutes.</p>
          </Banner>
        ) : null}
        {simulation ? <SimulationView simulation={simulation} /> : null}
      </LiveNotice>
      <InlineStack gap="200" blockAlign="end">
        {check.canReplay ? (
          <Button onClick={() => send("simulate")} loading={isBusy} disabled={isBusy}>
            Try on the last 90 days
          </Button>
        ) : (
          <Text as="span" tone="subdued">
            This check judges the moment: the past cannot be replayed.
          </Text>
        )}
      </InlineStack>
      {mayAct ? (
        <InlineStack gap="200" blockAlign="end">
          <TextField
            label="Reason"
            value={reason}
            onChange={setReason}
            autoComplete="off"
            maxLength={500}
            {...(problems.reason ? { error: problems.reason } : {})}
          />
          <Button variant="primary" onClick={() => send("save")} disabled={isBusy}>
            Save
          </Button>
        </InlineStack>
      ) : null}
    </BlockStack>
  );
}
