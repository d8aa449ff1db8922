/** One thing that differs between before and after, in words that fit a line. Null: it was not there. */
export interface ChangedField {
  field: string;
  before: string | null;
  after: string | null;
}

const LONGEST_VALUE = 200;

/**
 * What an audit row says was changed, field by field: of two records only what differs, of one all of it. Fields within
 * fields are named by their path, "thresholds.warning".
 */
export function describeChange(before: unknown, after: unknown): ChangedField[] {
  const was = new Map(leavesOf(before, ""));
  const is = new Map(leavesOf(after, ""));
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((field) => ({ field, before: was.get(field) ?? null, after: is.get(field) ?? null }))
    .filter((change) => change.before !== change.after);
}

function leavesOf(value: unknown, path: string): [string, string][] {
  if (value === null || value === undefined) return path ? [[path, "none"]] : [];
  if (Array.isArray(value)) {
    const isPlain = value.every((item) => item === null || typeof item !== "object");
    return [[path || "value", shorten(isPlain ? value.join(", ") || "none" : JSON.stringify(value))]];
  }
  if (typeof value === "object") {
    const fields = Object.entries(value);
    if (fields.length === 0) return path ? [[path, "none"]] : [];
    return fields.flatMap(([name, inner]) => leavesOf(inner, path ? `${path}.${name}` : name));
  }
  return [[path || "value", shorten(String(value))]];
}

const shorten = (text: string): string =>
  text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
