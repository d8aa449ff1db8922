import type { z } from "zod";
import { AirbyteError } from "./errors.ts";

/** An answer as a schema wants it. @throws AirbyteError when it is not: something other than Airbyte may have answered */
export function readAnswer<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new AirbyteError(
    "unreachable",
    "backoff",
    200,
    `Airbyte's answer could not be read (${parsed.error.issues[0]?.path.join(".") || "no object"}).`,
  );
}
