import { stringify } from "csv-stringify/sync";
import { db } from "#app/platform/db.server.ts";
import { type AuditFilter, type AuditPosition, type AuditRow, cursorOf, positionOf } from "./audit-row.ts";
import type { By } from "./by.ts";
import { readAudit } from "./list-audit.server.ts";
import { recordAudit } from "./record-audit.server.ts";

/** Rows that are read, and held, at once. */
const CHUNK_ROWS = 1_000;

const columns = [
  "at",
  "shop",
  "shop_id",
  "actor",
  "role",
  "action",
  "target",
  "before",
  "after",
  "reason",
  "request_id",
] as const;

/**
 * The audit as CSV (RFC 4180), newest first, read in chunks as it is sent. That it was taken is itself in the audit, before
 * the first row leaves. Cells that a spreadsheet would run as a formula begin with an apostrophe.
 */
export async function exportAudit(filter: AuditFilter, by: By): Promise<ReadableStream<Uint8Array>> {
  await db().$transaction((tx) =>
    recordAudit(tx, {
      shopId: null,
      actor: by.actor,
      action: "audit.export",
      target: filter.shop ?? "",
      after: filter,
      requestId: by.requestId,
      at: by.now,
    }),
  );
  const chunks = csvChunks(filter);
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: async () => {
      await chunks.return();
    },
  });
}

async function* csvChunks(filter: AuditFilter): AsyncGenerator<string, void, void> {
  yield csvOf([columns]);
  let position: AuditPosition | null = null;
  for (;;) {
    const rows: AuditRow[] = await readAudit(db(), filter, position, CHUNK_ROWS);
    if (rows.length > 0) yield csvOf(rows.map(cellsOf));
    if (rows.length < CHUNK_ROWS) return;
    position = positionOf(cursorOf(rows.at(-1)!));
  }
}

const csvOf = (rows: readonly (readonly string[])[]): string =>
  stringify(
    rows.map((row) => [...row]),
    { record_delimiter: "\r\n", escape_formulas: true },
  );

const cellsOf = (row: AuditRow): string[] => [
  row.at,
  row.shop ?? "",
  row.shopId ?? "",
  row.actor,
  row.role,
  row.action,
  row.target,
  row.before === null ? "" : JSON.stringify(row.before),
  row.after === null ? "" : JSON.stringify(row.after),
  row.reason,
  row.requestId,
];
