import type { z } from "zod";
import { AppError } from "../errors.ts";
import { parseJson, readBody, requireJson } from "./request-body.server.ts";
import { findUnstorableText } from "./storable-text.ts";

const MAX_FIELDS = 50;
const MAX_MESSAGE_LENGTH = 300;

/**
 * What the schema makes of what was sent. Text that cannot be stored is refused, whatever the schema says of it; not so
 * of a sender's protocol, whose events are too good to lose for an odd name: what is kept of those is looked at where it
 * is stored.
 * @param root what the whole is called when no field can be named: `body`, `query`
 * @param code as what it is refused: 422 `invalid`, or 400 `malformed` where the sender's protocol knows no other
 * @throws AppError with messages per field (`data.runs.3.source`)
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  root: "body" | "query",
  code: "invalid" | "malformed" = "invalid",
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) {
    const unstorable = code === "invalid" ? findUnstorableText(parsed.data, root) : {};
    if (Object.keys(unstorable).length === 0) return parsed.data;
    throw new AppError(code, `The ${root} is not valid: see errors.`, { errors: unstorable });
  }
  const errors: Record<string, string[]> = {};
  for (const issue of parsed.error.issues) {
    const field = issue.path.map(String).join(".") || root;
    if (!Object.hasOwn(errors, field) && Object.keys(errors).length === MAX_FIELDS) continue;
    errors[field] = [...(errors[field] ?? []), issue.message.slice(0, MAX_MESSAGE_LENGTH)];
  }
  throw new AppError(code, `The ${root} is not valid: see errors.`, { errors });
}

/** @throws AppError unsupported_media_type, payload_too_large, malformed, invalid */
export async function parseJsonBody<Schema extends z.ZodType>(
  schema: Schema,
  request: Request,
): Promise<z.output<Schema>> {
  requireJson(request);
  return parseInput(schema, parseJson(await readBody(request)), "body");
}
