import { Button, InlineError, Text } from "@shopify/polaris";
import { useEffect, useRef } from "react";
import type { Incident } from "../modules/incidents/incident.ts";
import { appBridge } from "./app-bridge.ts";
import { useFetcher } from "./use-fetcher.ts";

/** What the Home page's action answers. */
export type AcknowledgeAnswer = { ok: true } | { ok: false; message: string };

/** Marks an incident as seen by the merchant. Once it is, the same place says so and keeps the focus. */
export function AcknowledgeButton({ incident }: { incident: Incident }) {
  const fetcher = useFetcher<AcknowledgeAnswer>();
  const seen = useRef<HTMLDivElement>(null);
  const answer = fetcher.state === "idle" ? fetcher.data : undefined;
  const isAcknowledged = incident.status === "acknowledged" || answer?.ok === true;

  useEffect(() => {
    if (!answer?.ok) return;
    appBridge()?.toast.show("Marked as seen");
    // The button that had the focus is gone: keep the keyboard's place.
    seen.current?.focus({ preventScroll: true });
  }, [answer]);

  if (isAcknowledged) {
    return (
      <div ref={seen} tabIndex={-1} style={{ outline: "none" }}>
        <Text as="p" tone="subdued">
          Acknowledged
        </Text>
      </div>
    );
  }
  return (
    <fetcher.Form method="post" action="/app?index">
      <input type="hidden" name="intent" value="acknowledge" />
      <input type="hidden" name="incidentId" value={incident.id} />
      <Button submit loading={fetcher.state !== "idle"} accessibilityLabel={`Acknowledge: ${incident.title}`}>
        Acknowledge
      </Button>
      <div role="alert">
        {answer && !answer.ok ? (
          <InlineError message={answer.message} fieldID={`acknowledge-${incident.id}`} />
        ) : null}
      </div>
    </fetcher.Form>
  );
}
