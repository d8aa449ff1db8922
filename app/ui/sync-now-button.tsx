import { BlockStack, Button, InlineError, Text } from "@shopify/polaris";
import { useEffect, useRef } from "react";
import type { SyncProblem, SyncView } from "../modules/sync-runs/sync-request.ts";
import { appBridge } from "./app-bridge.ts";
import { useFetcher } from "./use-fetcher.ts";

/** What a connector page's action answers. */
export type SyncAnswer = { ok: true } | { ok: false; message: string };

interface SyncNowButtonProps {
  connectorId: string;
  label: string;
  sync: SyncView;
}

const problems: Record<SyncProblem, string> = {
  connection_disabled: "The last sync you asked for did not start: the connection is switched off.",
  connection_missing: "The last sync you asked for did not start: the connection is gone.",
  engine_unreachable: "The last sync you asked for did not start: the sync service could not be reached.",
  engine_refused: "The last sync you asked for did not start: the sync service refused it.",
};

/** Asks for a sync now. While one is on its way or running, the same place says so and keeps the focus. */
export function SyncNowButton({ connectorId, label, sync }: SyncNowButtonProps) {
  const fetcher = useFetcher<SyncAnswer>();
  const place = useRef<HTMLDivElement>(null);
  const answer = fetcher.state === "idle" ? fetcher.data : undefined;
  const isUnderWay = sync.state === "requested" || sync.state === "running";

  useEffect(() => {
    if (!answer?.ok) return;
    appBridge()?.toast.show("Sync requested");
    // The button that had the focus is gone: keep the keyboard's place.
    place.current?.focus({ preventScroll: true });
  }, [answer]);

  if (sync.state === "unavailable") return null;
  if (isUnderWay) {
    return (
      <div ref={place} tabIndex={-1} style={{ outline: "none" }}>
        <Text as="p" tone="subdued">
          {sync.state === "running" ? "A sync is running now." : "Sync requested. It starts in a moment."}
        </Text>
      </div>
    );
  }
  return (
    <fetcher.Form method="post" action={`/app/connectors/${connectorId}`}>
      <input type="hidden" name="intent" value="sync" />
      <BlockStack gap="150" inlineAlign="start">
        <Button submit loading={fetcher.state !== "idle"} accessibilityLabel={`Sync now: ${label}`}>
          Sync now
        </Button>
        <div role="alert">
          {answer && !answer.ok ? (
            <InlineError message={answer.message} fieldID={`sync-${connectorId}`} />
          ) : null}
        </div>
        {sync.problem ? (
          <Text as="p" variant="bodySm" tone="subdued">
            {problems[sync.problem]}
          </Text>
        ) : null}
      </BlockStack>
    </fetcher.Form>
  );
}
