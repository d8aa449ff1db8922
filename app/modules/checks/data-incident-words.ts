import { type Source, sources } from "../connectors/sources.ts";
import type { DataCheckName } from "./check-names.ts";
import type { CheckVerdict } from "./data-facts.ts";
import { nameDays, rowsOf } from "./data-words.ts";

/** An incident's title, by what was found. */
function titleOf(check: DataCheckName, source: Source): string {
  const { label } = sources[source];
  switch (check) {
    case "row_count_drop":
      return `${label}: fewer ${rowsOf(source)} than usual`;
    case "volume_anomaly":
      return `${label}: unusual amounts`;
    case "silent_hours":
      return `${label}: no ${rowsOf(source)} for hours`;
    case "stuck_values":
      return `${label}: the same value day after day`;
    case "zero_orders":
      return `${label}: a day without ${rowsOf(source)}`;
    case "zero_spend":
      return `${label}: a day without spend`;
    case "missing_days":
      return `${label}: days are missing`;
    case "negative_values":
      return `${label}: negative values`;
    case "duplicate_primary_key":
      return `${label}: duplicates`;
    case "null_rate":
      return `${label}: values are missing`;
    case "metric_inconsistency":
      return `${label}: figures do not agree`;
    case "distribution_drift":
      return `${label}: unusual mix`;
    case "cardinality_shift":
      return `${label}: unusual variety`;
    case "zero_row_sync":
      return `${label}: syncs bring no data`;
    case "empty_table":
      return `${label}: the data is gone`;
    case "tenant_isolation":
      return `${label}: data that is not yours`;
  }
}

const isDay = (subject: string) => /^\d{4}-\d{2}-\d{2}$/.test(subject);

/** What an incident of a data check says: the worst finding in full, and which other days it concerns. */
export function tellIncident(
  source: Source,
  { check, failing, shown }: CheckVerdict,
): { title: string; detail: string; firstDay: string | null; lastDay: string | null } {
  const days = failing
    .map(({ subject }) => subject.slice(0, 10))
    .filter(isDay)
    .sort();
  const others = days.filter((day) => day !== shown?.subject.slice(0, 10));
  const isToldTogether = check === "missing_days" || check === "tenant_isolation";
  const also = others.length > 0 && !isToldTogether ? ` The same on ${nameDays(others)}.` : "";
  return {
    title: titleOf(check, source),
    detail: `${shown?.sentence ?? ""}${also}`,
    firstDay: days[0] ?? null,
    lastDay: days.at(-1) ?? null,
  };
}
