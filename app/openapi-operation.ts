import type { z } from "zod";

/** What each status says when something is refused. */
export const refusals = {
  400: "Malformed",
  401: "No valid credentials; nothing says whether the shop exists",
  403: "The token's role is too small, or it has none",
  404: "Not there, or another shop's",
  409: "In conflict with its state",
  413: "Larger than 1 MiB",
  415: "Not application/json",
  422: "Not valid; `errors` holds messages per field",
  429: "Too many requests; see Retry-After",
  503: "Unavailable right now; see Retry-After",
} as const;

type Refusal = keyof typeof refusals;

/** One address of the API with one method. */
export interface ApiOperation {
  method: "get" | "post";
  path: string;
  id: string;
  summary: string;
  /** Whom it answers; null: anybody. */
  security: "sessionToken" | "signedPush" | "ingestKey" | "staffToken" | null;
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: z.ZodType;
  answer: { status: 200 | 202; schema: z.ZodType; description: string };
  refusals: readonly Refusal[];
}
