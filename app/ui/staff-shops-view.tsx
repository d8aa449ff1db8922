import { Form, Link, useNavigation } from "@remix-run/react";
import { Badge, BlockStack, Button, Card, InlineStack, Page, Text, TextField } from "@shopify/polaris";
import { useState } from "react";
import type { ListedShop, ShopCounts, ShopList } from "../modules/health/list-shops.ts";
import { counted, formatAgo } from "./format.ts";
import styles from "./staff-shops-view.module.css";
import { CellDetail, NumberCell, StaffTable } from "./staff-table.tsx";
import { shopBadge, shopName } from "./staff-words.ts";
import { StatusBadge } from "./status-badge.tsx";

export interface StaffShopsPage extends ShopList {
  now: string;
  search: string;
  /** It is not the first page of the list. */
  isLater: boolean;
}

/** All shops, the worst first. */
export function StaffShopsView({ page }: { page: StaffShopsPage }) {
  const { shops, counts, nextCursor, search, isLater, now } = page;
  return (
    <Page title="Shops" subtitle={subtitleOf(counts)} fullWidth>
      <BlockStack gap="400">
        <Counts counts={counts} />
        <Card>
          <BlockStack gap="400">
            {/* Another search starts with an empty field. */}
            <Search key={search} search={search} />
            {shops.length === 0 ? (
              <NoShops search={search} isLater={isLater} />
            ) : (
              <StaffTable
                label="Shops, the worst first"
                columns={[
                  { title: "Shop" },
                  { title: "Status" },
                  { title: "Score", isNumber: true },
                  { title: "Worst problem" },
                  { title: "Open", isNumber: true },
                  { title: "Checked" },
                ]}
              >
                {shops.map((shop) => (
                  <ShopRow key={shop.id} shop={shop} now={now} />
                ))}
              </StaffTable>
            )}
            <Pages search={search} nextCursor={nextCursor} isLater={isLater} />
          </BlockStack>
        </Card>
      </BlockStack>
    </Page>
  );
}

const subtitleOf = ({ critical, degraded, unknown, healthy }: ShopCounts): string =>
  `${counted(critical + degraded + unknown + healthy, "shop")}, the worst first`;

function Counts({ counts }: { counts: ShopCounts }) {
  const shown = [
    ["Critical", counts.critical],
    ["Blocked", counts.blocked],
    ["Degraded", counts.degraded],
    ["Unknown", counts.unknown],
    ["Healthy", counts.healthy],
  ] as const;
  return (
    <dl className={styles.counts}>
      {shown.map(([label, count]) => (
        <div key={label} className={styles.count}>
          <dt>{label}</dt>
          <dd>{count.toLocaleString("en-US")}</dd>
        </div>
      ))}
    </dl>
  );
}

function Search({ search }: { search: string }) {
  const [entered, setEntered] = useState(search);
  const { state } = useNavigation();
  return (
    <search>
      <Form method="get" action="/staff" className={styles.search}>
        <TextField
          label="Find a shop"
          name="search"
          type="search"
          value={entered}
          onChange={setEntered}
          autoComplete="off"
          placeholder="Part of its domain"
          maxLength={100}
        />
        <Button submit loading={state === "loading"}>
          Search
        </Button>
        {search ? <Button url="/staff">Show all</Button> : null}
      </Form>
    </search>
  );
}

function ShopRow({ shop, now }: { shop: ListedShop; now: string }) {
  return (
    <tr>
      <td>
        <Link to={`/staff/shops/${shop.domain}`} className={styles.shop}>
          {shopName(shop.domain)}
        </Link>
        <CellDetail>{shop.timeZone.replaceAll("_", " ")}</CellDetail>
      </td>
      <td>
        <InlineStack gap="100">
          <StatusBadge badge={shopBadge(shop.status, shop.stale)} />
          {shop.blocked ? <Badge tone="critical">Blocked</Badge> : null}
        </InlineStack>
      </td>
      <NumberCell>{shop.score ?? "—"}</NumberCell>
      <td>
        {shop.problem ?? (
          <Text as="span" tone="subdued">
            {shop.openIncidents > 0 ? "—" : "None"}
          </Text>
        )}
        {shop.problemSince ? <CellDetail>Opened {formatAgo(shop.problemSince, now)}</CellDetail> : null}
      </td>
      <NumberCell>{shop.openIncidents}</NumberCell>
      <td>
        {shop.checkedAt ? formatAgo(shop.checkedAt, now) : "Never"}
        {shop.stale && shop.checkedAt ? <CellDetail>Late: what is shown may be old</CellDetail> : null}
      </td>
    </tr>
  );
}

function NoShops({ search, isLater }: { search: string; isLater: boolean }) {
  const words = search
    ? `No installed shop has “${search}” in its domain.`
    : isLater
      ? "There are no more shops."
      : "No shop has installed the app yet.";
  return (
    <Text as="p" tone="subdued">
      {words}
    </Text>
  );
}

function Pages({
  search,
  nextCursor,
  isLater,
}: {
  search: string;
  nextCursor: string | null;
  isLater: boolean;
}) {
  if (!nextCursor && !isLater) return null;
  const at = (cursor: string | null) => {
    const query = new URLSearchParams({ ...(search ? { search } : {}), ...(cursor ? { cursor } : {}) });
    return query.size > 0 ? `/staff?${query}` : "/staff";
  };
  return (
    <InlineStack gap="200">
      {isLater ? <Button url={at(null)}>Back to the worst</Button> : null}
      {nextCursor ? <Button url={at(nextCursor)}>Next shops</Button> : null}
    </InlineStack>
  );
}
