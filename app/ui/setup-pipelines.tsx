import { BlockStack, Card, Text } from "@shopify/polaris";
import { sourceKeys, sources } from "../modules/connectors/sources.ts";
import { ChoiceField, FormField } from "./reason-form.tsx";
import { SetupAct } from "./setup-act.tsx";
import type { SetupSection } from "./setup-section.tsx";
import { Code, Quiet, StaffTable, sinceThen } from "./staff-table.tsx";

const sourceOptions = sourceKeys.map((value) => ({ value, label: sources[value].label }));
const reasonWords = {
  no_such_source: "Its name is no source of ours.",
  synced_by_airbyte: "Airbyte syncs that source: it alone says how its runs went.",
} as const;

/** The shop's own pipelines: their jobs, and where they are told that days are to be sent again. */
export function SetupPipelines(section: SetupSection) {
  const { page, now, onDone } = section;
  const pushed = page.connectors.filter(({ engine }) => engine === "push");
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          The shop's own pipelines
        </Text>
        {pushed.length === 0 ? (
          <Text as="p" tone="subdued">
            No source is reported by a pipeline of the shop's own.
          </Text>
        ) : (
          <StaffTable
            label="Sources that a pipeline reports"
            columns={["Source", "Told to send days again at", "Act"].map((title) => ({ title }))}
          >
            {pushed.map(({ connectorId, label, backfillUrl }) => (
              <tr key={connectorId}>
                <th scope="row">{label}</th>
                <td>
                  {backfillUrl ? (
                    <Code>{backfillUrl}</Code>
                  ) : (
                    <Quiet>Nowhere: backfills need an operator.</Quiet>
                  )}
                </td>
                <td>
                  <SetupAct
                    title={backfillUrl ? "Change" : "Set"}
                    about={`the address of ${label}`}
                    hidden={{ connector: connectorId }}
                    choice={{ value: "set_backfill_url", label: "Save the address" }}
                    onDone={onDone}
                  >
                    <FormField
                      name="url"
                      label="Address"
                      type="url"
                      initial={backfillUrl ?? ""}
                      help="https, on the public internet. Empty: nowhere."
                    />
                  </SetupAct>
                </td>
              </tr>
            ))}
          </StaffTable>
        )}
        <Text as="h3" variant="headingSm">
          OpenLineage jobs
        </Text>
        {page.lineageJobs.length === 0 ? (
          <Text as="p" tone="subdued">
            Every job that reported belongs to a source by its name.
          </Text>
        ) : (
          <StaffTable
            label="OpenLineage jobs"
            columns={["Job", "Last seen", "Feeds", "Act"].map((title) => ({ title }))}
          >
            {page.lineageJobs.map(({ namespace, name, feeds, unmappedReason, seenAt }) => (
              <tr key={`${namespace} ${name}`}>
                <th scope="row">
                  {name}
                  <br />
                  <Code>{namespace}</Code>
                </th>
                <td>{sinceThen(seenAt, now)} ago</td>
                <td>
                  {feeds ? (
                    feeds.label
                  ) : unmappedReason ? (
                    reasonWords[unmappedReason]
                  ) : (
                    <Quiet>Nothing</Quiet>
                  )}
                </td>
                <td>
                  <BlockStack gap="100">
                    <SetupAct
                      title="Map"
                      about={name}
                      hidden={{ namespace, name }}
                      choice={{ value: "map_job", label: "Feed this source" }}
                      onDone={onDone}
                    >
                      <ChoiceField name="source" label="Source" options={sourceOptions} />
                    </SetupAct>
                    {feeds ? (
                      <SetupAct
                        title="Let its name decide"
                        about={name}
                        hidden={{ namespace, name }}
                        choice={{ value: "unmap_job", label: "Let its name decide" }}
                        onDone={onDone}
                      />
                    ) : null}
                  </BlockStack>
                </td>
              </tr>
            ))}
          </StaffTable>
        )}
      </BlockStack>
    </Card>
  );
}
