import type { Source } from "../connectors/sources.ts";
import { type SourceMapping, tableOf } from "./mapping.ts";
import { quoteIdentifier } from "./warehouse-rows.ts";

/** A table as the warehouse's catalogue describes it to our role. */
export interface FoundTable {
  /** The role that asks. */
  role: string;
  canUseSchema: boolean;
  columns: FoundColumn[];
}

interface FoundColumn {
  name: string;
  /** `timestamp with time zone`, without length or precision. */
  type: string;
  /** Postgres' own: N numeric, S text. */
  category: string;
  canRead: boolean;
}

/** Types by which one column is known, and what to do about any other. */
interface Wanted {
  field: string;
  column: string;
  isFit(column: FoundColumn): boolean;
  mend: string;
}

const any = { isFit: () => true, mend: "" };
const textual = {
  isFit: ({ category, type }: FoundColumn) => category === "S" || type === "citext" || type === "uuid",
  mend: "it must be text",
};
const numeric = {
  isFit: ({ category }: FoundColumn) => category === "N",
  mend: "it must be a number: offer a view that casts it",
};

/**
 * Why a mapped source cannot be read as the mapping says; each names table, column and mend.
 * @param found null: there is no such table
 */
export function findMappingProblems(
  source: Source,
  mapping: SourceMapping,
  found: FoundTable | null,
): string[] {
  const { schema, name } = tableOf(mapping);
  const quoted = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
  if (!found)
    return [
      `${source}: there is no table ${mapping.table}. Name the right one in WAREHOUSE_MAPPING_FILE, or leave the source out of it.`,
    ];
  if (!found.canUseSchema)
    return [
      `${source}: role ${found.role} may not enter schema ${schema}. GRANT USAGE ON SCHEMA ${quoteIdentifier(schema)} TO ${quoteIdentifier(found.role)};`,
    ];
  return wantedColumns(mapping).flatMap(({ field, column: wanted, isFit, mend }) => {
    const column = found.columns.find((one) => one.name === wanted);
    if (!column)
      return `${source}: ${mapping.table} has no column "${wanted}" (${field}). Name the right one in WAREHOUSE_MAPPING_FILE.`;
    if (!column.canRead)
      return `${source}: role ${found.role} may not read "${wanted}" of ${mapping.table}. GRANT SELECT ON ${quoted} TO ${quoteIdentifier(found.role)};`;
    if (!isFit(column))
      return `${source}: "${wanted}" of ${mapping.table} (${field}) is ${column.type}; ${mend}.`;
    return [];
  });
}

function wantedColumns(mapping: SourceMapping): Wanted[] {
  const optional = (field: "extractedAtColumn" | "ownerColumn" | "connectionColumn", fit: Fit): Wanted[] =>
    mapping[field] === undefined ? [] : [{ field, column: mapping[field], ...fit }];
  return [
    { field: "shopColumn", column: mapping.shopColumn, ...textual },
    { field: "time.column", column: mapping.time.column, ...timeFit(mapping.time) },
    ...mapping.primaryKey.map((column, i) => ({ field: `primaryKey.${i}`, column, ...any })),
    ...optional("extractedAtColumn", {
      isFit: ({ type }) => type === "timestamp with time zone",
      mend: "it must be timestamp with time zone: leave it out, or offer a view",
    }),
    ...optional("ownerColumn", textual),
    ...optional("connectionColumn", textual),
    ...Object.entries(mapping.measures).map(([name, { column }]) => ({
      field: `measures.${name}.column`,
      column,
      ...numeric,
    })),
    ...Object.entries(mapping.categories).map(([name, column]) => ({
      field: `categories.${name}`,
      column,
      ...any,
    })),
  ];
}

type Fit = Pick<Wanted, "isFit" | "mend">;

function timeFit(time: SourceMapping["time"]): Fit {
  if (time.kind === "day")
    return {
      isFit: ({ type }) => type === "date" || type === "timestamp without time zone",
      mend: "a day must be date, or timestamp without time zone: offer a view that casts it",
    };
  if (time.zone !== undefined)
    return {
      isFit: ({ type }) => type === "timestamp without time zone",
      mend: "time.zone is for timestamp without time zone only: take it out, or offer a view that casts the column",
    };
  return {
    isFit: ({ type }) => type === "timestamp with time zone",
    mend: 'an instant must be timestamp with time zone. If it is a clock\'s time, name the clock, as "zone": "UTC" in time; else offer a view that casts it',
  };
}
