/**
 * `DATABASE_OWNER_URL=… DATABASE_URL=… QUEUE_DATABASE_URL=… npm run migrate`: the release step.
 * Creates or updates the schema as its owner, the two login roles that the app and the queue use, and the queue's schema.
 */
import { pathToFileURL } from "node:url";
import { migrateDatabase } from "./migrate-database.ts";

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { DATABASE_OWNER_URL, DATABASE_URL, QUEUE_DATABASE_URL } = process.env;
  const missing = Object.entries({ DATABASE_OWNER_URL, DATABASE_URL, QUEUE_DATABASE_URL }).filter(
    ([, value]) => !value,
  );
  if (missing.length > 0) {
    console.error(
      `npm run migrate needs ${missing.map(([name]) => name).join(" and ")}.\n` +
        "  DATABASE_OWNER_URL  a role that may create roles and tables: it owns the schema and is used by this command only\n" +
        "  DATABASE_URL        the app's role, with the password it shall have: created here if missing\n" +
        "  QUEUE_DATABASE_URL  the queue's role, likewise",
    );
    process.exitCode = 1;
  } else {
    try {
      await migrateDatabase({
        ownerUrl: DATABASE_OWNER_URL!,
        appUrl: DATABASE_URL!,
        queueUrl: QUEUE_DATABASE_URL!,
      });
      console.log("The database is up to date.");
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
  }
}
