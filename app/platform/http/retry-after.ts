/** Whether something that failed is worth trying again, and when: an adapter decides it once, one place obeys. */
export type Retry = "never" | "backoff" | { afterSeconds: number };

/** `Retry-After` in whole seconds, from its number or its date; null when absent or unreadable. At most an hour. */
export function readRetryAfter(header: string | null, now: Date): number | null {
  if (!header) return null;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - now.getTime()) / 1000;
  return Number.isFinite(seconds) ? Math.min(3_600, Math.max(0, Math.ceil(seconds))) : null;
}
