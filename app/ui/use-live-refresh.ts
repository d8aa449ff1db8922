import { useRevalidator } from "@remix-run/react";
import { useEffect, useRef } from "react";

/**
 * Refreshes the page's content every so many seconds while somebody can see it: nothing runs while it is hidden, and
 * coming back refreshes at once.
 */
export function useLiveRefresh(pollSeconds: number): void {
  const { revalidate, state } = useRevalidator();
  const isBusy = useRef(false);
  isBusy.current = state === "loading";

  useEffect(() => {
    const refresh = () => {
      if (!document.hidden && !isBusy.current) revalidate();
    };
    let timer: ReturnType<typeof setInterval> | undefined;
    const start = () => {
      clearInterval(timer);
      timer = document.hidden ? undefined : setInterval(refresh, pollSeconds * 1000);
    };
    const followVisibility = () => {
      refresh();
      start();
    };
    start();
    document.addEventListener("visibilitychange", followVisibility);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", followVisibility);
    };
  }, [pollSeconds, revalidate]);
}
