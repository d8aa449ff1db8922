import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ShopifyAnswer, ShopifyCallSeen } from "./shopify-stand-in.ts";
import { readToml } from "./toml.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The triggers that a deployed version of the app has. */
const handles = globSync("extensions/*/shopify.extension.toml", { cwd: root })
  .flatMap((file) => readToml(root + file).extensions as { type: string; handle: string }[])
  .filter(({ type }) => type === "flow_trigger")
  .map(({ handle }) => handle);

/**
 * What Shopify answers to `flowTriggerReceive`, word for word as recorded of its version 2026-04: both arguments are
 * needed, the handle has to be known, and the properties may take 50,000 bytes. A shop without Flow is answered like one
 * that has it.
 */
export function answerFlowTrigger({ body }: ShopifyCallSeen): ShopifyAnswer {
  const { query, variables } = body as { query: string; variables: { handle?: string; payload?: unknown } };
  const isOurs =
    /flowTriggerReceive\(handle: \$handle, payload: \$payload\) \{ userErrors \{ field message \} \}/;
  if (!isOurs.test(query)) return { body: { errors: [{ message: "The stand-in knows one mutation." }] } };
  return { body: { data: { flowTriggerReceive: { userErrors: userErrorsOf(variables) } } } };
}

function userErrorsOf({ handle, payload }: { handle?: string; payload?: unknown }) {
  if (!handle || payload === undefined)
    return [{ field: ["handle"], message: "`handle` and `payload` arguments are required" }];
  if (Buffer.byteLength(JSON.stringify(payload)) > 50_000)
    return [schemaError("Properties size exceeds the limit of 50000 bytes.")];
  return handles.includes(handle) ? [] : [schemaError(`Invalid handle '${handle}'.`)];
}

const schemaError = (problem: string) => ({
  field: ["body"],
  message: `Errors validating schema:\n  ${problem}\n`,
});
