import fc from "fast-check";

/** As much of JSON Schema 2020-12 as our document uses. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  const?: unknown;
  enum?: unknown[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
}

/** What `{"$ref": "#/components/schemas/…"}` stands for. */
export type Resolve = (reference: string) => JsonSchema;

const DAY_MS = 86_400_000;
/** Instants and days around now, where most rules have their edges. */
const recentMs = fc.integer({ min: -120 * DAY_MS, max: 2 * 60_000 });
const instant = (now: Date) => recentMs.map((ms) => new Date(now.getTime() + ms).toISOString());
const day = (now: Date) =>
  fc
    .integer({ min: -120, max: 1 })
    .map((days) => new Date(now.getTime() + days * DAY_MS).toISOString().slice(0, 10));

/**
 * Values that fit a schema, close to what callers send.
 * @throws Error for a schema that it cannot read: the fuzz must not pass over a part of the document
 */
export function valuesOf(schema: JsonSchema, resolve: Resolve, now: Date): fc.Arbitrary<unknown> {
  const of = (inner: JsonSchema) => valuesOf(inner, resolve, now);
  if (schema.$ref) return of(resolve(schema.$ref));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(of));
  if (schema.allOf?.length === 1) return of(schema.allOf[0]!);
  if ("const" in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  if (types.length > 1) return fc.oneof(...types.map((type) => of({ ...schema, type: type! })));
  switch (types[0]) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number": {
      const least = Math.max(schema.minimum ?? -1_000, -(2 ** 53) + 1);
      const most = Math.min(schema.maximum ?? 1_000_000, 2 ** 53 - 1);
      return fc.oneof(
        fc.integer({ min: Math.max(least, -1_000), max: Math.min(most, 1_000_000) }),
        fc.constantFrom(least, most),
      );
    }
    case "array": {
      const minLength = schema.minItems ?? 0;
      return fc.array(of(schema.items ?? {}), {
        minLength,
        maxLength: Math.max(minLength, Math.min(schema.maxItems ?? 5, 5)),
      });
    }
    case "object":
      return objectsOf(schema, of);
    case "string":
      return textsOf(schema, now);
    case undefined:
      return fc.jsonValue({ maxDepth: 2 });
    default:
      throw new Error(`The fuzz cannot make values of ${JSON.stringify(schema)}.`);
  }
}

function objectsOf(
  schema: JsonSchema,
  of: (inner: JsonSchema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  if (Object.keys(properties).length === 0)
    return typeof additionalProperties === "object"
      ? fc.dictionary(fc.string({ maxLength: 10 }), of(additionalProperties), { maxKeys: 3 })
      : fc.constant({});
  return fc.record(Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, of(inner)])), {
    requiredKeys: required.filter((name) => name in properties),
  });
}

function textsOf(
  { format, pattern, minLength = 0, maxLength = 60 }: JsonSchema,
  now: Date,
): fc.Arbitrary<string> {
  if (format === "date-time") return instant(now);
  if (format === "date") return day(now);
  if (format === "uuid") return fc.uuid();
  if (format === "uri") return fc.webUrl();
  if (format === "email") return fc.emailAddress();
  if (pattern) return fc.stringMatching(new RegExp(pattern, "u"));
  const longest = Math.max(minLength, Math.min(maxLength, 200));
  return fc.oneof(
    fc.string({ minLength, maxLength: longest }),
    fc
      .constantFrom("etl", "klaviyo", "run-1")
      .filter((text) => text.length >= minLength && text.length <= longest),
  );
}
