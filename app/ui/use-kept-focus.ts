import { type FocusEvent, type RefObject, useEffect, useRef } from "react";

/**
 * Keeps the keyboard's place: when what had the focus makes way for something else, the focus goes to the place that
 * holds both. Nothing happens while the focus is elsewhere.
 */
export function useKeptFocus<T extends HTMLElement>(): {
  ref: RefObject<T>;
  onFocus: () => void;
  onBlur: (event: FocusEvent) => void;
} {
  const ref = useRef<T>(null);
  const isInside = useRef(false);
  useEffect(() => {
    if (isInside.current && document.activeElement === document.body)
      ref.current?.focus({ preventScroll: true });
  });
  return {
    ref,
    onFocus: () => {
      isInside.current = true;
    },
    // Polaris takes the focus from a button that is clicked, and a browser from one that is disabled while it works:
    // nobody moved it.
    onBlur: ({ target, relatedTarget }) => {
      isInside.current = relatedTarget === null && target.matches(":disabled, :hover");
    },
  };
}
