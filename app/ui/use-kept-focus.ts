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
    // A button that is disabled while it works loses the focus, and so does what is removed: nobody moved it.
    onBlur: ({ target, relatedTarget }) => {
      isInside.current = relatedTarget === null && target.matches(":disabled, [aria-disabled=true]");
    },
  };
}
