// biome-ignore lint/style/noRestrictedImports: this is what the others use instead
import { useFetcher as useRemixFetcher } from "@remix-run/react";
import { useState } from "react";

/**
 * Remix' fetcher, with no answer that an effect could miss. Remix keeps answers outside of React's state and tells React
 * of them in a transition, so on a slow machine a component that draws itself again for no reason comes upon an answer
 * early. React then drops that drawing's effects but remembers what they depend on, and they never run. Kept as state
 * too, the answer is a reason.
 */
export function useFetcher<T>(): ReturnType<typeof useRemixFetcher<T>> {
  const fetcher = useRemixFetcher<T>();
  const [seen, setSeen] = useState(() => fetcher.data);
  if (seen !== fetcher.data) setSeen(() => fetcher.data);
  return fetcher;
}
