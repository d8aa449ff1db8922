import { type RefObject, useEffect, useRef, useState } from "react";
import type { DayRange } from "../modules/backfills/backfill-range.ts";
import { appBridge } from "./app-bridge.ts";

interface OpenedDialog {
  wanted: DayRange | null;
  onClose: () => void;
  onRequested: () => void;
}

/**
 * Opens and closes the form that asks for a backfill. The focus returns to what opened it, or, where that has made way
 * for the progress, to the place of both.
 */
export function useBackfillDialog(place: RefObject<HTMLElement>): {
  opened: OpenedDialog | null;
  open: (wanted: DayRange | null) => void;
} {
  const [days, setDays] = useState<{ wanted: DayRange | null } | null>(null);
  const opener = useRef<Element | null>(null);
  // The dialog holds the focus until it is gone.
  useEffect(() => {
    if (days || !opener.current) return;
    const target = opener.current.isConnected ? opener.current : place.current;
    if (target instanceof HTMLElement) target.focus({ preventScroll: true });
    opener.current = null;
  });
  const close = () => setDays(null);
  return {
    opened: days && {
      ...days,
      onClose: close,
      onRequested: () => {
        close();
        appBridge()?.toast.show("Backfill requested");
      },
    },
    open: (wanted) => {
      const focused = document.activeElement;
      // Polaris takes the focus from a button that is clicked.
      opener.current = focused === document.body ? place.current : focused;
      setDays({ wanted });
    },
  };
}
