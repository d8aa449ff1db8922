import { randomUUID } from "node:crypto";

const acceptable = /^[A-Za-z0-9._-]{1,64}$/;

/** The id under which a request stands in logs and answers: the caller's `x-request-id` if it is sane, else a new one. */
export function requestIdFrom(given: string | null | undefined): string {
  return given && acceptable.test(given) ? given : randomUUID();
}
