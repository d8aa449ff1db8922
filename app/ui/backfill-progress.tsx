import { BlockStack, Button, InlineError, InlineStack, ProgressBar, Text } from "@shopify/polaris";
import { useState } from "react";
import type { Backfill } from "../modules/backfills/backfill.ts";
import type { BackfillAnswer } from "../modules/backfills/backfill-form.ts";
import { backfillInWords, canCancel, rangeInWords } from "./backfill-words.ts";
import type { Formatting } from "./format.ts";
import { useFetcher } from "./use-fetcher.ts";
import { useFocusAfterChange } from "./use-focus-after-change.ts";
import { useKeptFocus } from "./use-kept-focus.ts";

interface BackfillProgressProps {
  backfill: Backfill;
  label: string;
  view: Formatting;
}

/** A backfill under way: how far, how long still, and a way to stop it. */
export function BackfillProgress({ backfill, label, view }: BackfillProgressProps) {
  const { id, status, percent } = backfill;
  const place = useKeptFocus<HTMLDivElement>();
  const titleId = `backfill-${id}`;
  return (
    <div {...place} tabIndex={-1} style={{ outline: "none" }}>
      <BlockStack gap="150">
        <Text as="p" fontWeight="semibold" id={titleId}>
          {`Backfill: ${rangeInWords(backfill, view)}`}
        </Text>
        {status === "needs_operator" ? null : (
          <ProgressBar progress={percent} size="small" tone="primary" ariaLabelledBy={titleId} />
        )}
        <Text as="p" variant="bodySm" tone="subdued">
          {backfillInWords(backfill, view)}
        </Text>
        {canCancel(status) ? <CancelBackfill backfill={backfill} label={label} /> : null}
      </BlockStack>
    </div>
  );
}

/** Two steps: what is stopped does not go on by itself. */
function CancelBackfill({ backfill, label }: { backfill: Backfill; label: string }) {
  const fetcher = useFetcher<BackfillAnswer>();
  const [isAsking, ask] = useState(false);
  const answer = fetcher.state === "idle" ? fetcher.data : undefined;
  const buttonId = `cancel-backfill-${backfill.id}`;
  const keepId = `keep-backfill-${backfill.id}`;
  const focusNext = useFocusAfterChange();

  const turn = (asking: boolean) => {
    ask(asking);
    focusNext(asking ? keepId : buttonId);
  };
  if (!isAsking) {
    return (
      <div>
        <Button
          id={buttonId}
          variant="plain"
          accessibilityLabel={`Cancel backfill: ${label}`}
          onClick={() => turn(true)}
        >
          Cancel backfill
        </Button>
      </div>
    );
  }
  return (
    <fetcher.Form method="post" action={`/app/backfill/${backfill.connectorId}`}>
      <input type="hidden" name="intent" value="cancel" />
      <BlockStack gap="150">
        <Text as="p" variant="bodySm">
          Stop it? Rows that are already loaded stay; the other days are not refilled.
        </Text>
        <InlineStack gap="200">
          <Button submit loading={fetcher.state !== "idle"} accessibilityLabel={`Stop backfill: ${label}`}>
            Stop backfill
          </Button>
          <Button id={keepId} variant="tertiary" onClick={() => turn(false)}>
            Keep it running
          </Button>
        </InlineStack>
        <div role="alert">
          {answer && !answer.ok ? <InlineError message={answer.message} fieldID={keepId} /> : null}
        </div>
      </BlockStack>
    </fetcher.Form>
  );
}
