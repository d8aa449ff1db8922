import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect } from "vitest";
import { parse } from "yaml";

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addFormat("UUID", /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i);
ajv.addFormat("set", true);
for (const name of ["applications", "connections", "jobs"]) {
  ajv.addSchema(
    parse(
      readFileSync(new URL(`../../specs/airbyte/api_documentation_${name}.yaml`, import.meta.url), "utf8"),
    ),
    name,
  );
}
/** An answer, or a body that is sent, fits Airbyte's published schema of that name. */
export function expectValid(spec: string, schema: string, body: unknown): void {
  const validate = ajv.getSchema(`${spec}#/components/schemas/${schema}`);
  if (!validate) throw new Error(`No schema ${schema}`);
  validate(body);
  expect(validate.errors ?? []).toEqual([]);
}
