import { SharedRateLimit } from "#app/platform/http/shared-rate-limit.server.ts";

/** What a key may report in a minute, by whichever door and process. */
export const perIngestKey = new SharedRateLimit("ingest", 600);
