import { useEffect, useRef } from "react";

/** What a click made is drawn a moment later: the element of that id gets the focus then. */
export function useFocusAfterChange(): (elementId: string) => void {
  const wanted = useRef<string>();
  useEffect(() => {
    if (!wanted.current) return;
    document.getElementById(wanted.current)?.focus();
    wanted.current = undefined;
  });
  return (elementId) => {
    wanted.current = elementId;
  };
}
