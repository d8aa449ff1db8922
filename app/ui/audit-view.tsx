import { Form, Link, useSearchParams } from "@remix-run/react";
import { BlockStack, Button, Card, InlineStack, Page, Select, Text, TextField } from "@shopify/polaris";
import { useState } from "react";
import type { AuditFilter, AuditPage, AuditRow } from "../modules/audit/audit-row.ts";
import { describeChange } from "../modules/audit/describe-change.ts";
import styles from "./audit-view.module.css";
import { Code, Quiet, StaffTable, UtcTime } from "./staff-table.tsx";

/** Who did what, where and why, in all shops. */
export function AuditView({
  page,
  filter,
  actions,
}: {
  page: AuditPage;
  filter: AuditFilter;
  actions: readonly string[];
}) {
  const [query] = useSearchParams();
  const asked = new URLSearchParams(entriesOf(filter));
  const next = new URLSearchParams([...asked, ["cursor", page.nextCursor ?? ""]]);
  return (
    <Page
      title="Audit"
      fullWidth
      secondaryActions={[{ content: "Export CSV", url: `/staff/audit.csv?${asked}`, external: true }]}
    >
      <BlockStack gap="400">
        <Card>
          <AuditFilterForm key={asked.toString()} filter={filter} actions={actions} />
        </Card>
        <Card>
          {page.rows.length === 0 ? (
            <Text as="p" tone="subdued">
              {query.size > 0 ? "Nothing fits this filter." : "Nothing was done yet."}
            </Text>
          ) : (
            <BlockStack gap="300">
              <StaffTable
                label="Audit rows"
                columns={["When (UTC)", "Who", "What", "Changed", "Reason"].map((title) => ({ title }))}
              >
                {page.rows.map((row) => (
                  <AuditTableRow key={row.id} row={row} filter={asked} />
                ))}
              </StaffTable>
              <InlineStack gap="300">
                {query.has("cursor") ? <Button url={`/staff/audit?${asked}`}>Newest</Button> : null}
                {page.nextCursor ? <Button url={`/staff/audit?${next}`}>Older</Button> : null}
              </InlineStack>
            </BlockStack>
          )}
        </Card>
      </BlockStack>
    </Page>
  );
}

const entriesOf = (filter: AuditFilter): [string, string][] =>
  Object.entries(filter).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []));

function AuditFilterForm({ filter, actions }: { filter: AuditFilter; actions: readonly string[] }) {
  const [entered, setEntered] = useState<Readonly<Record<string, string>>>(
    Object.fromEntries(entriesOf(filter)),
  );
  const field = (name: keyof AuditFilter) => ({
    name,
    value: entered[name] ?? "",
    onChange: (value: string) => setEntered((before) => ({ ...before, [name]: value })),
    autoComplete: "off",
  });
  const known = filter.action && !actions.includes(filter.action) ? [filter.action, ...actions] : actions;
  return (
    <Form method="get" action="/staff/audit">
      <BlockStack gap="300">
        <div className={styles.filter}>
          <TextField label="Shop" placeholder="example.myshopify.com" {...field("shop")} />
          <TextField label="Who" placeholder="As it stands below" {...field("actor")} />
          <Select
            label="Action"
            options={[{ label: "Any", value: "" }, ...known.map((value) => ({ label: value, value }))]}
            {...field("action")}
          />
          <TextField label="Target" placeholder="An id" {...field("target")} />
          <TextField label="From day" type="date" {...field("from")} />
          <TextField label="To day" type="date" {...field("to")} />
        </div>
        <InlineStack gap="200">
          <Button submit variant="primary">
            Show
          </Button>
          <Button url="/staff/audit">Clear</Button>
        </InlineStack>
      </BlockStack>
    </Form>
  );
}

function AuditTableRow({ row, filter }: { row: AuditRow; filter: URLSearchParams }) {
  const only = (name: keyof AuditFilter, value: string, label = value) => {
    const narrowed = new URLSearchParams(filter);
    narrowed.set(name, value);
    return <Link to={`/staff/audit?${narrowed}`}>{label}</Link>;
  };
  const changes = describeChange(row.before, row.after);
  return (
    <tr>
      <td>
        <UtcTime at={row.at} />
      </td>
      <td>
        {only("actor", row.actor)}
        <br />
        <Quiet>{row.role}</Quiet>
      </td>
      <td>
        <Code>{only("action", row.action)}</Code>
        {row.shopId ? (
          <>
            <br />
            {only("shop", row.shop ?? row.shopId, row.shop ?? "Erased shop")}
          </>
        ) : null}
        {row.target && row.target !== row.shop ? (
          <>
            <br />
            <Code>{only("target", row.target)}</Code>
          </>
        ) : null}
      </td>
      <td>
        <ul className={styles.changes}>
          {changes.map(({ field, before, after }) => (
            <li key={field}>
              {field}: {before === null ? null : <del>{before}</del>}
              {before !== null && after !== null ? " → " : null}
              {after === null ? null : <ins>{after}</ins>}
            </li>
          ))}
        </ul>
      </td>
      <td>{row.reason || <Quiet>—</Quiet>}</td>
    </tr>
  );
}
