import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { JsonSchema, Resolve } from "./schema-values.ts";

interface Content {
  schema: JsonSchema;
}
interface Parameter {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required?: boolean;
  schema: JsonSchema;
}
interface OperationObject {
  operationId: string;
  security?: Record<string, unknown>[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, { content?: Record<string, Content> }>;
}

/** The served OpenAPI document. */
export interface ApiDocument {
  paths: Record<string, Record<string, OperationObject>>;
  components: { schemas: Record<string, JsonSchema> };
}

export interface Operation {
  method: string;
  /** `/api/a/{id}` */
  path: string;
  id: string;
  /** The scheme by which it is opened; null: it is open to anybody. */
  scheme: string | null;
  parameters: Parameter[];
  body: JsonSchema | null;
  responses: OperationObject["responses"];
}

const verbs = ["get", "post", "put", "patch", "delete"];

export function operationsOf(document: ApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    verbs.flatMap((verb) => {
      const operation = methods[verb];
      if (!operation) return [];
      return {
        method: verb.toUpperCase(),
        path,
        id: operation.operationId,
        scheme: Object.keys(operation.security?.[0] ?? {})[0] ?? null,
        parameters: operation.parameters ?? [],
        body: operation.requestBody?.content["application/json"]?.schema ?? null,
        responses: operation.responses,
      };
    }),
  );
}

export const resolverOf =
  ({ components }: ApiDocument): Resolve =>
  (reference) => {
    const schema = components.schemas[reference.replace("#/components/schemas/", "")];
    if (!schema) throw new Error(`The document does not hold ${reference}.`);
    return schema;
  };

/** Says what of an answer is not as the document describes it; null for nothing. */
export type CheckBody = (
  operation: Operation,
  status: number,
  contentType: string,
  body: string,
) => string | null;

/** Answers may gain fields in time, but a field that the document does not name today may be a leak: it is refused here. */
export function bodyChecker(document: ApiDocument): CheckBody {
  const strict = forbidUnnamedFields(structuredClone(document)) as ApiDocument;
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addSchema(strict, "document");
  const compiled = new Map<string, ValidateFunction>();
  const validatorOf = (operation: Operation, status: number, type: string) => {
    const steps = [
      "paths",
      operation.path,
      operation.method.toLowerCase(),
      "responses",
      String(status),
      "content",
      type,
      "schema",
    ];
    const pointer = steps
      .map((step) => encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1")))
      .join("/");
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `document#/${pointer}` });
    compiled.set(pointer, validate);
    return validate;
  };
  return (operation, status, contentType, body) => {
    const described = operation.responses[String(status)];
    if (!described) return `status ${status} is not in the document`;
    const types = Object.keys(described.content ?? {});
    const type = contentType.split(";")[0]!;
    if (!types.includes(type)) return `"${contentType}" is none of ${types.join(", ")}`;
    const validate = validatorOf(operation, status, type);
    return validate(JSON.parse(body)) ? null : ajv.errorsText(validate.errors);
  };
}

function forbidUnnamedFields(node: unknown): unknown {
  if (typeof node !== "object" || node === null) return node;
  const schema = node as JsonSchema & Record<string, unknown>;
  if (schema.type === "object" && schema.properties && schema.additionalProperties === undefined)
    schema.additionalProperties = false;
  for (const inner of Object.values(schema)) forbidUnnamedFields(inner);
  return node;
}
