import { BlockStack, Button, Card, InlineStack, Text } from "@shopify/polaris";
import { useState } from "react";
import type { Diagnosis, Finding } from "../modules/diagnostics/diagnosis.ts";
import type { ShopHead, StaffConnector } from "../modules/staff/shop-page.ts";
import { useAsk } from "./staff-action-dialog.tsx";
import { askBackfill, askSync } from "./staff-actions.ts";
import styles from "./staff-diagnoses.module.css";

/** So many are unfolded before the rest is asked for. */
const SHOWN = 4;

interface DiagnosesProps {
  head: ShopHead;
  diagnoses: readonly Diagnosis[];
  connectors: readonly StaffConnector[];
}

/** The questions that a shop raises, the worst first: what was looked at, what it says, what to do. */
export function StaffDiagnoses({ head, diagnoses, connectors }: DiagnosesProps) {
  const [isUnfolded, setUnfolded] = useState(false);
  if (diagnoses.length === 0) return null;
  const shown = isUnfolded ? diagnoses : diagnoses.slice(0, SHOWN);
  return (
    <BlockStack gap="300">
      <Text as="h2" variant="headingMd">
        What is wrong, and why
      </Text>
      <div className={styles.diagnoses}>
        {shown.map((diagnosis) => (
          <DiagnosisCard
            key={`${diagnosis.connectorId} ${diagnosis.kind}`}
            head={head}
            diagnosis={diagnosis}
            connector={connectors.find(({ id }) => id === diagnosis.connectorId)}
          />
        ))}
      </div>
      {shown.length < diagnoses.length ? (
        <InlineStack>
          <Button onClick={() => setUnfolded(true)}>{`Show ${diagnoses.length - shown.length} more`}</Button>
        </InlineStack>
      ) : null}
    </BlockStack>
  );
}

function DiagnosisCard({
  head,
  diagnosis: { question, checked, conclusion, action },
  connector,
}: {
  head: ShopHead;
  diagnosis: Diagnosis;
  connector: StaffConnector | undefined;
}) {
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h3" variant="headingSm">
          {question}
        </Text>
        <div className={styles.conclusion}>
          <BlockStack gap="100">
            <Text as="p" fontWeight="semibold">
              {conclusion}
            </Text>
            <Text as="p">{action.label}.</Text>
            <Offer head={head} code={action.code} connector={connector} />
          </BlockStack>
        </div>
        <ul className={styles.checked}>
          {checked.map((finding) => (
            <FindingItem key={finding.what} finding={finding} />
          ))}
        </ul>
      </BlockStack>
    </Card>
  );
}

const marks = {
  yes: { sign: "✓", words: "All right" },
  no: { sign: "✗", words: "Not all right" },
  unknown: { sign: "–", words: "Says nothing" },
};

function FindingItem({ finding: { what, found, ok } }: { finding: Finding }) {
  const state = ok === null ? "unknown" : ok ? "yes" : "no";
  return (
    <li className={styles.finding} data-ok={state}>
      <span className={styles.mark}>
        <span aria-hidden="true">{marks[state].sign}</span>
        <Text as="span" visuallyHidden>
          {marks[state].words}:
        </Text>
      </span>
      <span>{what}</span>
      <span className={styles.found}>{found}</span>
    </li>
  );
}

/** The button for it, where it can be done from here. */
function Offer({
  head,
  code,
  connector,
}: {
  head: ShopHead;
  code: Diagnosis["action"]["code"];
  connector: StaffConnector | undefined;
}) {
  const ask = useAsk();
  const base = `/staff/shops/${head.domain}`;
  const button = (() => {
    switch (code) {
      case "sync_now":
        return connector?.syncState === "available" ? (
          <Button onClick={() => ask(askSync(connector))}>Sync now</Button>
        ) : null;
      case "backfill":
        return connector && !connector.activeBackfill ? (
          <Button onClick={() => ask(askBackfill(connector))}>Run a backfill</Button>
        ) : null;
      case "replace_credentials":
        return connector ? (
          <Button url={`${base}/connectors/${connector.id}/credentials`}>Replace credentials</Button>
        ) : null;
      case "open_setup":
      case "look_at_pipeline":
        return <Button url={`${base}/setup`}>Open setup</Button>;
      case "finish_backfill":
        return <Button url={`${base}?tab=backfills`}>Open backfills</Button>;
      default:
        return null;
    }
  })();
  return button ? (
    <div style={{ paddingBlockStart: "var(--p-space-200)" }}>
      <InlineStack>{button}</InlineStack>
    </div>
  ) : null;
}
