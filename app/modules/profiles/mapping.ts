import { z } from "zod";
import { type Source, sourceKeys } from "../connectors/sources.ts";

/** Stand for the values beyond the most frequent ones, and for rows in which the category is null. */
export const OTHER_VALUES = "__other__";
export const NO_VALUE = "__none__";

/** A function in Postgres takes 100 arguments, and a day's measures are named in one call: two for each. */
const MOST_MEASURES = 40;

const Column = z.string().min(1);
/** A key in profiles, and what checks and pages call it. */
const Name = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, "must be lower-case letters, digits and underscores");

const Measure = z.strictObject({
  column: Column,
  /** A value below zero is an error, not a correction. */
  isNonNegative: z.boolean().default(true),
  /** A null is an error, not "does not apply". */
  isRequired: z.boolean().default(true),
});

/** A measure that has to come to what its parts make, by their day's sums: `net = 1 × gross − 1 × discounts`. */
const Identity = z.strictObject({
  measure: Name,
  /** Each part with its factor. */
  parts: z.record(Name, z.number()).refine((parts) => Object.keys(parts).length > 0, "must name a part"),
  /** How far the two may lie apart, as a share of what the parts make. */
  tolerance: z.number().gt(0).max(1).default(0.005),
});

const Time = z.discriminatedUnion("kind", [
  z.strictObject({
    /** One row per event. */
    kind: z.literal("instant"),
    column: Column,
    /** For a column `timestamp without time zone`: the zone whose wall clock it shows, e.g. `UTC`. */
    zone: z.string().min(1).optional(),
  }),
  z.strictObject({
    /** Rows of whole days, which the platform cut in the shop's calendar. */
    kind: z.literal("day"),
    column: Column,
  }),
]);

/** Where one source's rows lie in the warehouse, and what their columns mean. */
export const SourceMapping = z
  .strictObject({
    table: z.string().regex(/^[^.]+\.[^.]+$/, 'must be "schema.table"'),
    /** Names the shop by its domain, `example.myshopify.com`. */
    shopColumn: Column,
    time: Time,
    /** Identifies a row within its shop. Empty: duplicates are only suspected, from totals. */
    primaryKey: z.array(Column),
    /** When the row was loaded (`timestamptz`): days of the past that a sync rewrote are found by it at night. */
    extractedAtColumn: Column.optional(),
    /** A second column that names the shop's domain; another value there is another shop's row. */
    ownerColumn: Column.optional(),
    /** The Airbyte connection (its id) that loaded the row; one that is not the shop's is another shop's. */
    connectionColumn: Column.optional(),
    measures: z
      .record(Name, Measure)
      .refine((measures) => Object.keys(measures).length <= MOST_MEASURES, `at most ${MOST_MEASURES}`),
    /** The measure that stands for the source, as revenue does for orders. Null: its rows do. */
    mainMeasure: Name.nullable(),
    categories: z.record(Name, Column).default({}),
    /** Figures that have to agree, by what they are called. */
    identities: z.record(Name, Identity).default({}),
  })
  .refine(({ mainMeasure, measures }) => mainMeasure === null || Object.hasOwn(measures, mainMeasure), {
    path: ["mainMeasure"],
    message: "must be one of measures, or null",
  })
  .superRefine(({ measures, identities }, context) => {
    for (const [name, { measure, parts }] of Object.entries(identities)) {
      for (const unknown of [measure, ...Object.keys(parts)].filter((one) => !Object.hasOwn(measures, one)))
        context.addIssue({
          code: "custom",
          path: ["identities", name],
          message: `names "${unknown}", which is none of measures`,
        });
    }
  });
export type SourceMapping = z.infer<typeof SourceMapping>;

/** The sources that lie in the warehouse. One that is left out is not profiled. */
export const WarehouseMapping = z.partialRecord(z.enum(sourceKeys), SourceMapping);
export type WarehouseMapping = z.infer<typeof WarehouseMapping>;

/** A mapping's schema and table. */
export function tableOf({ table }: Pick<SourceMapping, "table">): { schema: string; name: string } {
  const [schema = "", name = ""] = table.split(".");
  return { schema, name };
}

/** The mapped sources in the catalogue's order. */
export const mappedSources = (mapping: WarehouseMapping): [Source, SourceMapping][] =>
  sourceKeys.flatMap((source): [Source, SourceMapping][] => {
    const one = mapping[source];
    return one ? [[source, one]] : [];
  });

export type ReadMapping = { ok: true; mapping: WarehouseMapping } | { ok: false; problems: string[] };

/**
 * Parses what a mapping file holds.
 * @returns the mapping, or each bad field by its path: `meta_ads.time.kind: …`
 */
export function readMapping(text: string): ReadMapping {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, problems: [`it is not JSON: ${error instanceof Error ? error.message : error}`] };
  }
  const parsed = WarehouseMapping.safeParse(json);
  if (parsed.success) return { ok: true, mapping: parsed.data };
  return {
    ok: false,
    problems: parsed.error.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => `${[...issue.path, key].join(".")}: is not known`)
        : [`${issue.path.join(".") || "the file"}: ${issue.message}`],
    ),
  };
}
