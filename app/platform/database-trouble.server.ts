import { z } from "zod";

/** How Prisma and its driver adapter tell what the database, or the way to it, said. */
const DatabaseError = z.object({
  code: z.string().optional(),
  meta: z
    .object({
      driverAdapterError: z
        .object({ cause: z.object({ kind: z.string(), originalCode: z.string().optional() }).optional() })
        .optional(),
    })
    .optional(),
});

const passing = new Set([
  // Prisma: not reachable, timed out, closed the connection, no connection free, no transaction started in time.
  ...["P1001", "P1002", "P1008", "P1017", "P2024", "P2028", "P2034"],
  // The driver adapter's words for the same.
  ...["DatabaseNotReachable", "ConnectionClosed", "SocketTimeout", "TooManyConnections"],
  // Postgres: connection lost; disk full, no memory, too many connections; shutting down or starting up; a standby that
  // was not promoted yet; a deadlock or a conflict, undone whole.
  ...["08000", "08001", "08003", "08006", "53000", "53100", "53200", "53300"],
  ...["57P01", "57P02", "57P03", "25006", "40001", "40P01"],
  ...["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT"],
]);
const lostConnection = /Connection terminated|connection error and is not queryable/;

const codeOf = (error: unknown) =>
  DatabaseError.safeParse(error).data?.meta?.driverAdapterError?.cause?.originalCode;

/** Whether somebody held a lock for longer than was waited (`lock_timeout`). */
export const isLockTimeout = (error: unknown): boolean => codeOf(error) === "55P03";

/** Whether a statement took longer than it may (`statement_timeout`), and was undone. */
export const isStatementTimeout = (error: unknown): boolean => codeOf(error) === "57014";

/** Whether the database could not answer just now, as against refusing what it was asked: trying again may help. */
export function isPassingDatabaseTrouble(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isPassingDatabaseTrouble);
  if (!(error instanceof Error)) return false;
  const { data: told } = DatabaseError.safeParse(error);
  const cause = told?.meta?.driverAdapterError?.cause;
  const codes = [told?.code, cause?.kind, cause?.originalCode];
  return lostConnection.test(error.message) || codes.some((code) => code !== undefined && passing.has(code));
}
