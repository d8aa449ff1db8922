import { Button } from "@shopify/polaris";
import type { ReactNode } from "react";
import type { DayRange } from "../modules/backfills/backfill-range.ts";
import type { Connector } from "../modules/connectors/connector.ts";
import { BackfillModal } from "./backfill-modal.tsx";
import { BackfillProgress } from "./backfill-progress.tsx";
import type { Formatting } from "./format.ts";
import { useBackfillDialog } from "./use-backfill-dialog.ts";
import { useKeptFocus } from "./use-kept-focus.ts";

interface BackfillActionProps {
  connector: Pick<Connector, "id" | "label" | "status" | "neverSynced" | "activeBackfill">;
  /** Days the form opens with; null: it proposes some. */
  wanted?: DayRange | null;
  /** What the button says. */
  words?: string;
  look?: "primary" | "plain";
  view: Formatting;
}

/** Whether a merchant is offered a backfill: the first import loads everything by itself, and what is paused stands still. */
export const canRefill = ({
  status,
  neverSynced,
  activeBackfill,
}: BackfillActionProps["connector"]): boolean =>
  !neverSynced && status !== "paused" && activeBackfill === null;

/** Asks for a backfill. While one is under way, the same place shows how far it is. */
export function BackfillAction(given: BackfillActionProps) {
  const { connector, wanted = null, words = "Run backfill", look, view } = given;
  const { id, label, activeBackfill } = connector;
  const place = useKeptFocus<HTMLDivElement>();
  const dialog = useBackfillDialog(place.ref);
  let shown: ReactNode = null;
  if (activeBackfill) shown = <BackfillProgress backfill={activeBackfill} label={label} view={view} />;
  else if (canRefill(connector))
    shown = (
      <Button
        accessibilityLabel={`${words}: ${label}`}
        onClick={() => dialog.open(wanted)}
        {...(look ? { variant: look } : {})}
      >
        {words}
      </Button>
    );
  return (
    <div {...place} tabIndex={-1} style={{ outline: "none" }}>
      {shown}
      {dialog.opened ? <BackfillModal connectorId={id} label={label} view={view} {...dialog.opened} /> : null}
    </div>
  );
}
