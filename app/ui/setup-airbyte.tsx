import { Banner, BlockStack, Card, InlineStack, Text } from "@shopify/polaris";
import { type Source, sourceKeys, sources } from "../modules/connectors/sources.ts";
import type { SetupPage } from "../modules/staff/setup-page.ts";
import { ChoiceField, FormField } from "./reason-form.tsx";
import { SetupAct } from "./setup-act.tsx";
import { connectorLink, type SetupSection } from "./setup-section.tsx";
import { Code, Quiet, StaffTable, sinceThen } from "./staff-table.tsx";

/** The shop's Airbyte workspace, and what its connections feed. */
export function SetupAirbyte(section: SetupSection) {
  const { page, now, onDone } = section;
  const { workspace, freeWorkspaces, isAirbyteConfigured } = page;
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          Airbyte
        </Text>
        {isAirbyteConfigured ? null : (
          <Banner tone="warning">
            <p>No Airbyte is configured here. Set AIRBYTE_API_URL.</p>
          </Banner>
        )}
        {workspace ? (
          <Text as="p">
            Workspace <Code>{workspace.workspaceId}</Code>,{" "}
            {workspace.lastPolledAt ? `asked ${sinceThen(workspace.lastPolledAt, now)} ago` : "not asked yet"}
            .
            {workspace.unreachableSince
              ? ` It has not answered for ${sinceThen(workspace.unreachableSince, now)} (${workspace.unreachableReason ?? "unknown"}).`
              : ""}
          </Text>
        ) : (
          <Text as="p" tone="subdued">
            This shop has no workspace.
          </Text>
        )}
        {freeWorkspaces.length > 0 ? (
          <Text as="p" tone="subdued">
            Free:{" "}
            {freeWorkspaces
              .map(({ name, workspaceId }) => `${name || "No name"} (${workspaceId})`)
              .join(", ")}
          </Text>
        ) : null}
        <InlineStack gap="400">
          <SetupAct
            title={workspace ? "Change workspace" : "Connect a workspace"}
            choice={{ value: "set_workspace", label: workspace ? "Change" : "Connect" }}
            onDone={onDone}
          >
            <FormField
              name="workspaceId"
              label="Workspace id"
              {...(workspace ? { help: "The connections of the one before feed nothing any more." } : {})}
            />
          </SetupAct>
          {workspace ? (
            <>
              <SetupAct
                title="Disconnect"
                hidden={{ workspaceId: "" }}
                choice={{ value: "set_workspace", label: "Disconnect", isDestructive: true }}
                onDone={onDone}
              >
                <Text as="p">Its connections feed nothing any more. What they brought stays.</Text>
              </SetupAct>
              <SetupAct
                title="New notification addresses"
                choice={{ value: "issue_addresses", label: "Make new addresses" }}
                onDone={onDone}
              >
                <Text as="p">The addresses before stop working. The new ones are shown once.</Text>
              </SetupAct>
            </>
          ) : null}
        </InlineStack>
        <Text as="h3" variant="headingSm">
          Connections
        </Text>
        <Connections {...section} />
      </BlockStack>
    </Card>
  );
}

const airbyteSources = sourceKeys
  .filter((key) => sources[key].engines.includes("airbyte"))
  .map((value) => ({ value, label: sources[value].label }));

function Connections({ page, onDone }: SetupSection) {
  if (page.connections.length === 0)
    return (
      <Text as="p" tone="subdued">
        None was found.
      </Text>
    );
  return (
    <StaffTable
      label="Connections of Airbyte"
      columns={["Connection", "Status", "Feeds", "Act"].map((title) => ({ title }))}
    >
      {page.connections.map((connection) => (
        <tr key={connection.id}>
          <th scope="row">
            {connection.name}
            <br />
            <Code>{connection.externalId}</Code>
          </th>
          <td>{connection.status}</td>
          <td>
            {connection.feeds.map((fed) => (
              <div key={fed.connectorId}>
                {fed.label} · {connectorLink(page, fed.connectorId, "credentials", "credentials")}
              </div>
            ))}
            {connection.feeds.length === 0 ? <Quiet>Nothing.</Quiet> : null}
            {connection.unmatchedReason ? <div>{connection.unmatchedReason}</div> : null}
            {connection.isMappedByStaff ? <Quiet>Set by hand.</Quiet> : null}
          </td>
          <td>
            <ConnectionActs connection={connection} onDone={onDone} />
          </td>
        </tr>
      ))}
    </StaffTable>
  );
}

function ConnectionActs({
  connection,
  onDone,
}: {
  connection: SetupPage["connections"][number];
  onDone: SetupSection["onDone"];
}) {
  return (
    <BlockStack gap="100">
      <SetupAct
        title="Map"
        about={connection.name}
        hidden={{ connection: connection.id }}
        choice={{ value: "map_connection", label: "Feed this source" }}
        onDone={onDone}
      >
        <ChoiceField name="source" label="Source" options={airbyteSources} />
      </SetupAct>
      {connection.feeds.map(({ source, label }) => (
        <SetupAct
          key={source}
          title={connection.feeds.length > 1 ? `Take off ${label}` : "Take off"}
          about={connection.name}
          hidden={{ connection: connection.id, source: source as Source }}
          choice={{ value: "unmap_connection", label: `Take it off ${label}`, isDestructive: true }}
          onDone={onDone}
        />
      ))}
    </BlockStack>
  );
}
