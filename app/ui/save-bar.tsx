import { useBeforeUnload, useBlocker } from "@remix-run/react";
import { useCallback, useEffect } from "react";
import { appBridge } from "./app-bridge.ts";

interface SaveBarProps {
  id: string;
  isShown: boolean;
  isSaving: boolean;
  onSave: () => void;
  onDiscard: () => void;
}

/**
 * Shopify's contextual save bar, which the admin draws outside the frame. While it shows, nobody leaves the page
 * without saying so: the admin guards its own links, this guards the app's and the frame's reload.
 */
export function SaveBar({ id, isShown, isSaving, onSave, onDiscard }: SaveBarProps) {
  useEffect(() => {
    // Once the element is gone App Bridge hides its bar itself, and knows no such id.
    const bar = appBridge()?.saveBar;
    void (isShown ? bar?.show(id) : bar?.hide(id));
  }, [id, isShown]);
  useLeaveConfirmation(isShown);
  return (
    <ui-save-bar id={id}>
      <button type="button" variant="primary" loading={isSaving ? "" : undefined} onClick={onSave}>
        Save
      </button>
      <button type="button" disabled={isSaving} onClick={onDiscard}>
        Discard
      </button>
    </ui-save-bar>
  );
}

function useLeaveConfirmation(isUnsaved: boolean): void {
  const blocker = useBlocker(
    useCallback(
      ({ currentLocation, nextLocation }: { currentLocation: Place; nextLocation: Place }) =>
        isUnsaved && currentLocation.pathname !== nextLocation.pathname,
      [isUnsaved],
    ),
  );
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    if (!isUnsaved) return blocker.reset();
    let isAwaited = true;
    const leave = () => void (isAwaited && blocker.proceed());
    const stay = () => void (isAwaited && blocker.reset());
    (appBridge()?.saveBar.leaveConfirmation() ?? Promise.resolve()).then(leave, stay);
    return () => {
      isAwaited = false;
    };
  }, [blocker, isUnsaved]);
  useBeforeUnload(
    useCallback(
      (event) => {
        if (isUnsaved) event.preventDefault();
      },
      [isUnsaved],
    ),
  );
}

interface Place {
  pathname: string;
}
