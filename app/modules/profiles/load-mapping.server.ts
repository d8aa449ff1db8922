import { readFileSync } from "node:fs";
import { env } from "#app/platform/env.server.ts";
import { log } from "#app/platform/log.server.ts";
import { warehouse } from "#app/platform/warehouse.server.ts";
import { type Source, sourceKeys } from "../connectors/sources.ts";
import { defaultMapping } from "./default-mapping.ts";
import { type FoundTable, findMappingProblems } from "./find-mapping-problems.ts";
import { mappedSources, readMapping, tableOf, type WarehouseMapping } from "./mapping.ts";

/** After this long a table that was missing is looked for again. */
const LOOK_AGAIN_MS = 10 * 60_000;

/** The mapping does not fit the warehouse, or its file is no mapping. Each problem is a line of its own. */
export class MappingError extends Error {
  constructor(problems: readonly string[]) {
    super(`The warehouse mapping does not fit.\n${problems.map((line) => `  ${line}`).join("\n")}`);
    this.name = "MappingError";
  }
}

/**
 * What `WAREHOUSE_MAPPING_FILE` says, or the default.
 * @throws MappingError naming each bad field
 */
export function loadMapping(file = env().WAREHOUSE_MAPPING_FILE): {
  mapping: WarehouseMapping;
  isDefault: boolean;
} {
  if (!file) return { mapping: defaultMapping, isDefault: true };
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new MappingError([
      `WAREHOUSE_MAPPING_FILE cannot be read: ${error instanceof Error ? error.message : error}`,
    ]);
  }
  const read = readMapping(text);
  if (!read.ok) throw new MappingError(read.problems.map((problem) => `${file}: ${problem}`));
  return { mapping: read.mapping, isDefault: false };
}

/**
 * Compares a mapping with what the warehouse has.
 * @returns the sources that can be read. The default mapping does without tables that are not there: a fresh
 *   installation has no warehouse yet
 * @throws MappingError naming table, column and mend; WarehouseError if the warehouse does not answer
 */
export async function assertMapping({
  mapping,
  isDefault,
}: {
  mapping: WarehouseMapping;
  isDefault: boolean;
}): Promise<{ usable: WarehouseMapping; missing: Source[] }> {
  const sources = mappedSources(mapping);
  const tables = await describeTables(mapping);
  const missing = isDefault
    ? sources.filter(([, { table }]) => !tables.has(table)).map(([source]) => source)
    : [];
  const present = sources.filter(([source]) => !missing.includes(source));
  const problems = present.flatMap(([source, one]) =>
    findMappingProblems(source, one, tables.get(one.table) ?? null),
  );
  if (problems.length > 0) throw new MappingError(problems);
  return { usable: Object.fromEntries(present), missing };
}

let known: { usable: WarehouseMapping; missing: Source[]; comparedAt: Date } | undefined;

/**
 * The mapping as this process may use it: loaded and compared with the warehouse once, and again while a table of the
 * default is missing. The worker calls it at its start, so that a mapping that does not fit is refused there.
 * @throws MappingError, WarehouseError
 */
export async function usableMapping(now = new Date()): Promise<WarehouseMapping> {
  if (known && (known.missing.length === 0 || now.getTime() - known.comparedAt.getTime() < LOOK_AGAIN_MS))
    return known.usable;
  const loaded = loadMapping();
  const asserted = await assertMapping(loaded);
  if (asserted.missing.length > 0 && asserted.missing.join() !== known?.missing.join())
    log.warn({ sources: asserted.missing }, "no table in the warehouse: these sources are not profiled");
  const unmapped = sourceKeys.filter((source) => !loaded.mapping[source]);
  if (unmapped.length > 0 && !known)
    log.warn({ sources: unmapped }, "not in the warehouse mapping: these sources are not profiled");
  known = { ...asserted, comparedAt: now };
  return known.usable;
}

/**
 * Asks pg_catalog, not information_schema: that one hides what a role may not read, and a missing grant would look like a
 * missing table.
 */
async function describeTables(mapping: WarehouseMapping): Promise<Map<string, FoundTable>> {
  const names = [...new Set(mappedSources(mapping).map(([, { table }]) => table))];
  const wanted = names.map((table) => ({ table, ...tableOf({ table }) }));
  const rows = await warehouse().read<FoundTable & { table: string }>({
    text: `
      SELECT w."table", current_user::text AS role, has_schema_privilege(n.oid, 'USAGE') AS "canUseSchema",
        coalesce((SELECT json_agg(json_build_object('name', a.attname,
            'type', format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL), 'category', t.typcategory,
            'canRead', has_column_privilege(c.oid, a.attnum, 'SELECT')))
          FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]') AS columns
      FROM jsonb_to_recordset($1::jsonb) AS w ("table" text, schema text, name text)
      JOIN pg_namespace n ON n.nspname = w.schema
      JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`,
    values: [JSON.stringify(wanted)],
  });
  return new Map(rows.map((row) => [row.table, row]));
}
