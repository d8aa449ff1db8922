import { isRouteErrorResponse } from "@remix-run/react";

/**
 * True for what passes by itself: no network, a restart, throttling, a fault of ours (which arrives as a bare Error).
 * A refusal (401, 404) is news and is shown.
 */
export function isPassingFailure(error: unknown): boolean {
  if (error instanceof Response || isRouteErrorResponse(error)) {
    return error.status >= 500 || error.status === 429 || error.status === 408;
  }
  return true;
}

/** A page's content and, when the last refresh failed, since when it stands still. */
export type Kept<T> = T & { refreshFailedAt?: string };

/**
 * Keeps the last content of each address, so that a refresh that fails in passing leaves the page as it was, with a
 * word about it, instead of an error page.
 */
export function keepLastPage<T extends { now: string }>() {
  const lastByPath = new Map<string, T>();
  return {
    remember: (path: string, page: T) => void lastByPath.set(path, page),
    async refresh(path: string, load: () => Promise<T>): Promise<Kept<T>> {
      try {
        const page = await load();
        lastByPath.set(path, page);
        return page;
      } catch (error) {
        const last = lastByPath.get(path);
        if (!last || !isPassingFailure(error)) throw error;
        return { ...last, refreshFailedAt: last.now };
      }
    },
  };
}
