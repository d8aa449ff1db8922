import { Badge, BlockStack, Button, InlineStack, Text } from "@shopify/polaris";
import type { ShopHead, StaffBackfill, StaffCheck, StaffRun } from "../modules/staff/shop-page.ts";
import { backfillBadge } from "./backfill-words.ts";
import { formatAgo, formatDuration } from "./format.ts";
import { checkBadge, failureReasons, runStatusBadge } from "./health-words.ts";
import { useAsk } from "./staff-action-dialog.tsx";
import { askCancelBackfill, askFinishBackfill } from "./staff-actions.ts";
import { CellDetail, ErrorText, NumberCell, StaffTable, UtcTime } from "./staff-table.tsx";
import { inWords, sourceLabel } from "./staff-words.ts";
import { StatusBadge } from "./status-badge.tsx";

const Nothing = ({ children }: { children: string }) => (
  <Text as="p" tone="subdued">
    {children}
  </Text>
);

/** The latest syncs, with what the engine said of those that failed. */
export function StaffRuns({
  head,
  runs,
  onlyFailed,
}: {
  head: ShopHead;
  runs: readonly StaffRun[];
  onlyFailed: boolean;
}) {
  const base = `/staff/shops/${head.domain}?tab=runs`;
  return (
    <BlockStack gap="300">
      <InlineStack gap="200">
        <Button url={base} variant={onlyFailed ? "tertiary" : "secondary"}>
          All
        </Button>
        <Button url={`${base}&failed=1`} variant={onlyFailed ? "secondary" : "tertiary"}>
          Failed only
        </Button>
      </InlineStack>
      {runs.length === 0 ? (
        <Nothing>{onlyFailed ? "No sync is known to have failed." : "No sync has run yet."}</Nothing>
      ) : (
        <StaffTable
          label="Syncs"
          columns={[
            { title: "Source" },
            { title: "Result" },
            { title: "Started (UTC)" },
            { title: "Rows", isNumber: true },
            { title: "Run" },
          ]}
        >
          {runs.map((run) => (
            <tr key={run.id}>
              <th scope="row">{sourceLabel(run.source)}</th>
              <td>
                <StatusBadge badge={runStatusBadge(run.status)} />
                {run.status === "failed" ? (
                  <CellDetail>{failureReasons[run.failureReason ?? "unknown"]}</CellDetail>
                ) : null}
                {run.errorMessage ? (
                  <ErrorText label={`What was said of run ${run.externalRunId}`}>
                    {run.errorMessage}
                  </ErrorText>
                ) : null}
              </td>
              <td>
                {run.startedAt ? <UtcTime at={run.startedAt} /> : "Not started"}
                {run.startedAt && run.endedAt ? (
                  <CellDetail>Took {formatDuration(run.startedAt, run.endedAt)}</CellDetail>
                ) : null}
              </td>
              <NumberCell>{run.rowsSynced?.toLocaleString("en-US") ?? "—"}</NumberCell>
              <td>{run.externalRunId}</td>
            </tr>
          ))}
        </StaffTable>
      )}
    </BlockStack>
  );
}

interface ChecksProps {
  head: ShopHead;
  checks: readonly StaffCheck[];
  now: string;
}

/** What every check says now: those that fail, and the others folded away. */
export function StaffChecks({ head, checks, now }: ChecksProps) {
  if (checks.length === 0) return <Nothing>No source is connected, so nothing is checked.</Nothing>;
  const failing = checks.filter(({ enabled, severity }) => enabled && severity);
  const passing = checks.filter(
    ({ enabled, severity, outcome }) => enabled && !severity && plain.has(outcome),
  );
  const others = checks.filter((check) => !failing.includes(check) && !passing.includes(check));
  return (
    <BlockStack gap="400">
      {failing.length > 0 ? (
        <ChecksTable label="Checks that fail" head={head} checks={failing} now={now} />
      ) : (
        <Nothing>No check fails.</Nothing>
      )}
      <FoldedChecks words="say nothing yet" {...{ head, checks: others, now }} />
      <FoldedChecks words="pass" {...{ head, checks: passing, now }} />
    </BlockStack>
  );
}

const plain: ReadonlySet<string> = new Set(["fresh", "ok", "passed"]);

function FoldedChecks({ words, ...rest }: { words: string } & ChecksProps) {
  if (rest.checks.length === 0) return null;
  return (
    <details>
      <summary>{`${rest.checks.length} ${words}`}</summary>
      <ChecksTable label={`Checks that ${words}`} {...rest} />
    </details>
  );
}

function ChecksTable({ label, head, checks, now }: { label: string } & ChecksProps) {
  return (
    <StaffTable
      label={label}
      columns={["Source", "Check", "Result", "Since", "What it says"].map((title) => ({ title }))}
    >
      {checks.map((check) => (
        <tr key={`${check.connectorId} ${check.check}`}>
          <th scope="row">{sourceLabel(check.source)}</th>
          <td>
            {check.label}
            <CellDetail>{check.check}</CellDetail>
          </td>
          <td>
            <StatusBadge badge={checkBadge(check, head.stale)} />
          </td>
          <td>{check.since ? formatAgo(check.since, now) : "—"}</td>
          <td>{check.sentence}</td>
        </tr>
      ))}
    </StaffTable>
  );
}

/** A shop's backfills, with what their engines remember. */
export function StaffBackfills({ backfills, now }: { backfills: readonly StaffBackfill[]; now: string }) {
  const ask = useAsk();
  if (backfills.length === 0)
    return <Nothing>No days were ever loaded again. Run a backfill from a source's actions.</Nothing>;
  return (
    <StaffTable
      label="Backfills"
      columns={[
        { title: "Source" },
        { title: "Days" },
        { title: "Status" },
        { title: "Rows", isNumber: true },
        { title: "Asked for by" },
        { title: "Actions" },
      ]}
    >
      {backfills.map((backfill) => {
        const named = { id: backfill.connectorId, label: sourceLabel(backfill.source) };
        return (
          <tr key={backfill.id}>
            <th scope="row">
              {named.label}
              {backfill.strategy ? <CellDetail>{inWords(backfill.strategy)}</CellDetail> : null}
            </th>
            <td>
              {backfill.startDate} to {backfill.endDate}
            </td>
            <td>
              <BackfillState backfill={backfill} now={now} />
            </td>
            <NumberCell>{backfill.rowsLoaded.toLocaleString("en-US")}</NumberCell>
            <td>
              {backfill.requestedBy}
              <CellDetail>{`${backfill.requestedRole}, ${formatAgo(backfill.createdAt, now)}`}</CellDetail>
            </td>
            <td>
              <InlineStack gap="200">
                {backfill.status === "needs_operator" ? (
                  <Button
                    size="slim"
                    onClick={() => ask(askFinishBackfill({ id: backfill.id, label: named.label }))}
                  >
                    Close it
                  </Button>
                ) : null}
                {cancellable.has(backfill.status) ? (
                  <Button size="slim" tone="critical" onClick={() => ask(askCancelBackfill(named))}>
                    Cancel
                  </Button>
                ) : null}
              </InlineStack>
            </td>
          </tr>
        );
      })}
    </StaffTable>
  );
}

const cancellable: ReadonlySet<string> = new Set(["queued", "starting", "running", "needs_operator"]);

function BackfillState({ backfill, now }: { backfill: StaffBackfill; now: string }) {
  const { status, percent, reason, result, troubleSince, attempts, engineState } = backfill;
  return (
    <>
      {status === "needs_operator" ? (
        <Badge tone="attention">Waits for us</Badge>
      ) : (
        <StatusBadge badge={backfillBadge(status)} />
      )}
      {backfill.endedAt ? null : <CellDetail>{`${percent}%`}</CellDetail>}
      {reason ? <CellDetail>{inWords(reason)}</CellDetail> : null}
      {result ? <CellDetail>{result.summary}</CellDetail> : null}
      {troubleSince ? (
        <CellDetail>{`Its engine is in trouble since ${formatAgo(troubleSince, now)}, ${attempts} tries`}</CellDetail>
      ) : null}
      {engineState ? (
        <details>
          <summary>What its engine remembers</summary>
          <ErrorText label="What its engine remembers">{engineState}</ErrorText>
        </details>
      ) : null}
    </>
  );
}
