import type { BackfillResult } from "../modules/backfills/backfill.ts";
import { FoldOutTable } from "./fold-out-table.tsx";
import { type Formatting, formatCount, formatDay } from "./format.ts";

interface ChangedDaysTableProps {
  result: BackfillResult;
  /** Which backfill it is of. */
  name: string;
  view: Formatting;
}

/** Rows of each day before and after a backfill, and of all together. */
export function ChangedDaysTable({ result, name, view }: ChangedDaysTableProps) {
  const { changedDays, rowsBefore, rowsAfter } = result;
  const row = (key: string, heading: string, before: number, after: number) => ({
    key,
    cells: [heading, formatCount(before, view), formatCount(after, view), formatChange(after - before, view)],
  });
  return (
    <FoldOutTable
      summary="Show the days"
      name={name}
      label={`${name}: rows before and after`}
      columns={[
        { title: "Day" },
        { title: "Rows before", isNumber: true },
        { title: "After", isNumber: true },
        { title: "Change", isNumber: true },
      ]}
      rows={[
        ...changedDays.map((one) => row(one.day, formatDay(one.day, view), one.rowsBefore, one.rowsAfter)),
        row("all", "All days", rowsBefore, rowsAfter),
      ]}
    />
  );
}

/** "+212", "−3", "0" */
const formatChange = (change: number, view: Formatting): string =>
  change > 0 ? `+${formatCount(change, view)}` : formatCount(change, view).replace("-", "−");
