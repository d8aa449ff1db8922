import { readFileSync } from "node:fs";

export type Table = { [key: string]: unknown };

/** The part of TOML that Shopify's files of ours use: tables, arrays of tables, and values on one line that JSON writes alike. */
function parseToml(text: string): Table {
  const document: Table = {};
  let current = document;
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const [, list] = /^\[\[([\w.]+)\]\]$/.exec(line) ?? [];
    const [, table] = /^\[([\w.]+)\]$/.exec(line) ?? [];
    const [, key, value] = /^(\w+) = (.+)$/.exec(line) ?? [];
    if (list) current = tableAt(document, list.split("."), true);
    else if (table) current = tableAt(document, table.split("."), false);
    else if (key && !(key in current)) current[key] = JSON.parse(value!);
    else throw new Error(`Tests cannot read the line: ${line}`);
  }
  return document;
}

/** The table of a header, made on its way there; of `[[a.b]]`, one more in the list. Under a list stands its last entry. */
function tableAt(document: Table, path: string[], isList: boolean): Table {
  let table = document;
  for (const name of path.slice(0, -1)) {
    table[name] ??= {};
    const below = table[name] as Table | Table[];
    table = Array.isArray(below) ? below.at(-1)! : below;
  }
  const name = path.at(-1)!;
  const next: Table = {};
  if (isList) table[name] = [...((table[name] as Table[] | undefined) ?? []), next];
  else table[name] = next;
  return next;
}

export const readToml = (file: string): Table => parseToml(readFileSync(file, "utf8"));
