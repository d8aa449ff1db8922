import { type Finding, findOut } from "./diagnosis.ts";
import type { DiagnosticFacts } from "./facts.ts";
import { ago } from "./words.ts";

/** From the shop to the engine: is there a way at all by which its data can come? */
export const checkConnection = (facts: DiagnosticFacts): Finding[] =>
  facts.engine === "push" ? checkPipeline(facts) : checkAirbyte(facts);

function checkAirbyte(facts: DiagnosticFacts): Finding[] {
  const { workspace, connectionStatus, connectionName, now } = facts;
  return [
    findOut(
      "Airbyte workspace",
      workspace !== null,
      workspace === null
        ? "The shop has none"
        : workspace.lastPolledAt
          ? `Connected, last asked ${ago(workspace.lastPolledAt, now)}`
          : "Connected, not asked yet",
    ),
    findOut(
      "Airbyte answers",
      workspace === null ? null : workspace.unreachableSince === null,
      workspace?.unreachableSince
        ? `Not since ${ago(workspace.unreachableSince, now)}${workspace.reason ? ` (${workspace.reason})` : ""}`
        : workspace === null
          ? "Not asked: there is no workspace"
          : "Yes",
    ),
    findOut(
      "Airbyte connection found",
      connectionStatus !== null && connectionStatus !== "deprecated",
      connectionStatus === null
        ? "No connection is matched to this source"
        : connectionStatus === "deprecated"
          ? `“${connectionName}” is no longer listed by Airbyte`
          : `“${connectionName}”`,
    ),
    findOut(
      "Connection active",
      connectionStatus === null ? null : connectionStatus === "active",
      connectionStatus === null ? "There is none" : `Airbyte says ${connectionStatus}`,
    ),
  ];
}

function checkPipeline({ liveIngestKeys, ingestKeyUsedAt, hasStarted, now }: DiagnosticFacts): Finding[] {
  return [
    findOut(
      "Ingest key",
      liveIngestKeys > 0,
      liveIngestKeys === 0 ? "The shop has no live key to report with" : `${liveIngestKeys} live`,
    ),
    findOut(
      "The shop's pipelines report",
      ingestKeyUsedAt !== null ? true : liveIngestKeys === 0 || hasStarted ? null : false,
      ingestKeyUsedAt
        ? `A key was last used ${ago(ingestKeyUsedAt, now)}, for any source`
        : "No key was ever used",
    ),
  ];
}

const MOST_SAID = 300;

/** What the engine itself said of the last failure, if it said anything. */
export const lastError = ({ lastError: said, failuresInARow }: DiagnosticFacts): Finding[] =>
  said && failuresInARow > 0
    ? [findOut("What was said", null, said.length > MOST_SAID ? `${said.slice(0, MOST_SAID)} …` : said)]
    : [];
