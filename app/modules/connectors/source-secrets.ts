import { z } from "zod";
import { Reason } from "../staff/reason.ts";

/** Airbyte shows a secret as asterisks, whatever its length. */
const isMasked = (value: unknown): boolean => typeof value === "string" && /^\*{3,}$/.test(value);

/**
 * Where a source's settings hold secrets, as paths: "credentials.access_token". Those in lists are left out: a list is
 * replaced whole, so one of its secrets cannot be changed alone.
 */
export function secretPathsOf(configuration: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(configuration).flatMap(([name, value]) => {
    if (isMasked(value)) return [name];
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
    return secretPathsOf(value as Record<string, unknown>).map((path) => `${name}.${path}`);
  });
}

/** The part of the settings that names these secrets and nothing else: Airbyte merges it into what it has. */
export function partOf(secrets: Readonly<Record<string, string>>): Record<string, unknown> {
  const part: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(secrets)) {
    const names = path.split(".");
    const last = names.pop()!;
    let at = part;
    for (const name of names) {
      if (!Object.hasOwn(at, name)) at[name] = {};
      at = at[name] as Record<string, unknown>;
    }
    at[last] = value;
  }
  return part;
}

const MAX_SECRET_LENGTH = 16_384;

/** `POST …/credentials`: only secrets that are to be replaced. */
export const ReplaceCredentials = z.object({
  secrets: z
    .record(
      z.string().min(1).max(500),
      z.string().min(1, "Enter the new value.").max(MAX_SECRET_LENGTH, "This is longer than any credential."),
    )
    .refine((secrets) => Object.keys(secrets).length > 0, "Enter at least one new value."),
  reason: Reason,
});
export type ReplaceCredentials = z.infer<typeof ReplaceCredentials>;

/** Fields named `secrets.<path>`; an empty one is not to be replaced. */
const withSecretFields = (entered: unknown): unknown => {
  if (typeof entered !== "object" || entered === null) return entered;
  const secrets = Object.entries(entered).flatMap(([name, value]) =>
    name.startsWith("secrets.") && value !== "" ? [[name.slice("secrets.".length), value]] : [],
  );
  return { ...entered, secrets: Object.fromEntries(secrets) };
};

/** The forms of the credentials page, told apart by `do`. */
export const CredentialsForm = z.preprocess(
  withSecretFields,
  z.discriminatedUnion("do", [
    ReplaceCredentials.extend({ do: z.literal("replace") }),
    z.object({ do: z.literal("sync"), reason: Reason }),
  ]),
);

export const CredentialsView = z.object({
  connectorId: z.uuid(),
  source: z.string(),
  label: z.string(),
  /** As Airbyte calls the source, and its kind. */
  sourceName: z.string(),
  sourceType: z.string(),
  /** Connectors that the same source feeds: they get the new credentials too. */
  alsoFeeds: z.array(z.string()),
  /** What can be replaced. Never a value. */
  secrets: z.array(z.string()),
});
export type CredentialsView = z.infer<typeof CredentialsView>;

export const ReplacedCredentials = z.object({
  connectorId: z.uuid(),
  replaced: z.array(z.string()),
  /** Whether a sync can be asked for now, to see that they work. */
  canSync: z.boolean(),
});
export type ReplacedCredentials = z.infer<typeof ReplacedCredentials>;
