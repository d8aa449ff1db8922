import type { AirbyteClient } from "#app/integrations/airbyte/client.ts";
import { AirbyteError } from "#app/integrations/airbyte/errors.ts";
import { airbyteFromEnv } from "#app/integrations/airbyte/from-env.ts";
import type { AirbyteSourceDetail } from "#app/integrations/airbyte/schemas.ts";
import { env } from "#app/platform/env.server.ts";
import { AppError, notFound } from "#app/platform/errors.ts";
import { type ShopTx, withShop } from "#app/platform/tenant.server.ts";
import type { By } from "../audit/by.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import {
  type CredentialsView,
  partOf,
  type ReplaceCredentials,
  type ReplacedCredentials,
  secretPathsOf,
} from "./source-secrets.ts";
import { isSource, sources } from "./sources.ts";

interface SourceOfConnector {
  source: string;
  engine: string;
  isPaused: boolean;
  sourceId: string | null;
  connectionStatus: string | null;
  alsoFeeds: string[];
}

/**
 * What of a connector's credentials can be replaced, asked of Airbyte: names of settings, never a value.
 * @throws AppError not_found; conflict where there is no source in Airbyte; unavailable
 */
export async function loadCredentials(
  shopId: string,
  connectorId: string,
  airbyte: AirbyteClient | null = airbyteFromEnv(env()),
): Promise<CredentialsView> {
  const { source, sourceId, alsoFeeds } = await withShop(shopId, (tx) => getSourceOf(tx, connectorId));
  const detail = await askFor(airbyte, (client) => client.getSourceDetail(sourceId));
  return {
    connectorId,
    source,
    label: labelOf(source),
    sourceName: detail.name,
    sourceType: detail.sourceType,
    alsoFeeds: alsoFeeds.map(labelOf),
    secrets: secretPathsOf(detail.configuration),
  };
}

/**
 * Hands new credentials of a source to Airbyte. They pass through this function and stay nowhere: not in the database, a
 * log, an error, the audit or the answer. The audit names which were replaced, before Airbyte is asked; what Airbyte
 * refused is a second row.
 * @throws AppError not_found; invalid for what is no secret of this source; conflict; unavailable
 */
export async function replaceCredentials(
  shopId: string,
  connectorId: string,
  { secrets, reason }: ReplaceCredentials,
  by: By,
  airbyte: AirbyteClient | null = airbyteFromEnv(env()),
): Promise<ReplacedCredentials> {
  const connector = await withShop(shopId, (tx) => getSourceOf(tx, connectorId));
  const detail = await askFor(airbyte, (client) => client.getSourceDetail(connector.sourceId));
  const replaced = Object.keys(secrets).sort();
  refuseUnknown(replaced, detail);
  const audit = (action: string, after: object) =>
    withShop(shopId, (tx) =>
      recordAudit(tx, {
        shopId,
        actor: by.actor,
        action,
        target: connectorId,
        after,
        reason,
        requestId: by.requestId,
        at: by.now,
      }),
    );
  await audit("connector.replace_credentials", { replaced, source: detail.name });
  try {
    await askFor(airbyte, (client) =>
      client.patchSource(connector.sourceId, partOf(secrets), Object.values(secrets)),
    );
  } catch (error) {
    const outcome = error instanceof AppError ? error.message : "It failed.";
    await audit("connector.replace_credentials_failed", { replaced, outcome });
    throw error;
  }
  return {
    connectorId,
    replaced,
    canSync: connector.connectionStatus === "active" && !connector.isPaused,
  };
}

function refuseUnknown(names: readonly string[], { configuration }: AirbyteSourceDetail): void {
  const known = new Set(secretPathsOf(configuration));
  const errors = Object.fromEntries(
    names
      .filter((name) => !known.has(name))
      .map((name) => [`secrets.${name}`, ["This source has no such secret."]]),
  );
  if (Object.keys(errors).length > 0)
    throw new AppError("invalid", "Only secrets that the source has now can be replaced.", { errors });
}

async function getSourceOf(
  tx: ShopTx,
  connectorId: string,
): Promise<SourceOfConnector & { sourceId: string }> {
  const [row] = await tx.$queryRaw<SourceOfConnector[]>`
    SELECT c.source, c.engine, c.paused_at IS NOT NULL AS "isPaused", n.source_id AS "sourceId", n.status AS "connectionStatus",
      coalesce((SELECT array_agg(o.source ORDER BY o.source) FROM connectors o JOIN connections m ON m.shop_id = o.shop_id AND m.id = o.connection_id
        WHERE m.source_id = n.source_id AND o.id <> c.id), '{}') AS "alsoFeeds"
    FROM connectors c LEFT JOIN connections n ON n.shop_id = c.shop_id AND n.id = c.connection_id WHERE c.id = ${connectorId}::uuid`;
  if (!row) throw notFound("connector");
  if (row.engine !== "airbyte")
    throw new AppError(
      "conflict",
      "The shop's own pipeline loads this source: its credentials are kept there.",
    );
  if (!row.sourceId)
    throw new AppError("conflict", "No connection of Airbyte feeds this source. Map one to it first.");
  return { ...row, sourceId: row.sourceId };
}

/** Airbyte's own words may quote what it was given: only the kind of its refusal is told. */
async function askFor<T>(
  airbyte: AirbyteClient | null,
  ask: (client: AirbyteClient) => Promise<T>,
): Promise<T> {
  if (!airbyte) throw new AppError("unavailable", "No Airbyte is configured: set AIRBYTE_API_URL.");
  try {
    return await ask(airbyte);
  } catch (error) {
    if (!(error instanceof AirbyteError)) throw error;
    switch (error.kind) {
      case "not_found":
        throw new AppError("conflict", "This source is gone from Airbyte.");
      case "rejected":
      case "conflict":
        throw new AppError("conflict", "Airbyte did not take it. Check the new values, and try again.");
      case "unauthorized":
        throw new AppError(
          "unavailable",
          "Airbyte refuses our own access. Check AIRBYTE_CLIENT_ID and its secret.",
        );
      case "throttled":
      case "unreachable":
        throw new AppError(
          "unavailable",
          "Airbyte cannot be reached right now. Nothing was changed; try again.",
          {
            retryAfterSeconds: 30,
          },
        );
    }
  }
}

const labelOf = (source: string): string => (isSource(source) ? sources[source].label : source);
