import { BlockStack, Button, InlineStack, Text } from "@shopify/polaris";
import { useState } from "react";
import type { Summary } from "../modules/health/summary.ts";
import styles from "./health-score.module.css";
import { deductionInWords, summaryBadge } from "./health-words.ts";
import { StatusBadge } from "./status-badge.tsx";

/** So many deductions are shown before the rest is folded away. */
const SHOWN = 4;

type HealthScoreProps = Pick<Summary, "score" | "status" | "stale" | "deductions" | "connectors">;

/** The number, what it means, and what took points from it: the list adds up to the number. */
export function HealthScore({ score, status, stale, deductions, connectors }: HealthScoreProps) {
  const [isUnfolded, setUnfolded] = useState(false);
  const labels = new Map(connectors.map((connector) => [connector.id, connector.label]));
  const shown = isUnfolded || deductions.length <= SHOWN + 1 ? deductions : deductions.slice(0, SHOWN);
  const folded = deductions.slice(shown.length);
  const points = (of: typeof deductions) => of.reduce((sum, deduction) => sum + deduction.points, 0);
  return (
    <BlockStack gap="300">
      <InlineStack align="space-between" blockAlign="center" gap="200">
        <Text as="h2" variant="headingMd">
          Health score
        </Text>
        <StatusBadge badge={summaryBadge(status, stale)} />
      </InlineStack>
      <p className={styles.score}>
        <span className={styles.number}>{score ?? "—"}</span>
        {score === null ? null : <span className={styles.outOf}>out of 100</span>}
      </p>
      {score === null ? (
        <Text as="p" tone="subdued">
          {stale
            ? "There is no score while your sources are not being checked."
            : "There is no score yet: no source can be judged right now."}
        </Text>
      ) : null}
      {score === 100 ? (
        <Text as="p" tone="subdued">
          Nothing takes points at the moment.
        </Text>
      ) : null}
      {deductions.length > 0 ? (
        <table className={styles.deductions}>
          <caption className={styles.caption}>What took points</caption>
          <tbody>
            {shown.map(({ connectorId, reason, points }) => (
              <tr key={`${connectorId}-${reason}`}>
                <th scope="row">
                  {deductionInWords(connectorId ? (labels.get(connectorId) ?? "A source") : null, reason)}
                </th>
                <td>−{points}</td>
              </tr>
            ))}
            {folded.length > 0 ? (
              <tr>
                <th scope="row">
                  <Button variant="plain" onClick={() => setUnfolded(true)}>
                    {`${folded.length} more`}
                  </Button>
                </th>
                <td>−{points(folded)}</td>
              </tr>
            ) : null}
          </tbody>
          {score === null ? null : (
            <tfoot>
              <tr>
                <th scope="row">Score: 100 − {points(deductions)}</th>
                <td>{score}</td>
              </tr>
            </tfoot>
          )}
        </table>
      ) : null}
    </BlockStack>
  );
}
