import { Banner, BlockStack, List, Text } from "@shopify/polaris";
import type { DashboardPage, DashboardSource } from "../modules/dashboards/dashboard-page.ts";
import type { ShopView } from "../modules/health/pages.ts";
import { behindAmong, troubledAmong } from "./dashboard-words.ts";
import { formatAgo, formatDay, formatInstant, formatList } from "./format.ts";
import { decideDashboardNotice } from "./page-notice.ts";
import { PageNoticeBanner } from "./page-notice-banner.tsx";

/** The one banner of a dashboard, if it needs one. */
export function DashboardNotice({ page }: { page: DashboardPage }) {
  const { shop, now, state, support, lifted, sources } = page;
  const notice = decideDashboardNotice(page);
  switch (notice.kind) {
    case "lifted":
      return lifted ? (
        <Banner tone="warning" title="Shown although not everything is there">
          <BlockStack gap="200">
            {lifted.messages.map((message) => (
              <Text as="p" key={message}>
                {message}
              </Text>
            ))}
            <Text as="p">
              Our team has looked at it and shows the numbers until {formatInstant(lifted.until, now, shop)}.
            </Text>
          </BlockStack>
        </Banner>
      ) : null;
    case "behind":
      return <BehindNotice sources={sources} view={shop} now={now} />;
    default:
      return (
        <PageNoticeBanner
          notice={notice}
          block={{ blocked: state.blocked, dashboards: [state], support }}
          view={shop}
          now={now}
        />
      );
  }
}

/** Names what is late or doubtful without holding the dashboard back. */
function BehindNotice({
  sources,
  view,
  now,
}: {
  sources: readonly DashboardSource[];
  view: ShopView;
  now: string;
}) {
  const behind = behindAmong(sources);
  const troubled = troubledAmong(sources);
  // The title names it already.
  const isNamed = behind.length === 0 && troubled.length === 1;
  const title =
    behind.length > 0
      ? `${formatList(behind.map(({ label }) => label))} ${behind.length === 1 ? "is" : "are"} behind`
      : `${formatList(troubled.map(({ label }) => label))}: some numbers may be wrong`;
  return (
    <Banner tone="warning" title={title}>
      <List>
        {behind.map((source) => (
          <List.Item key={source.id}>
            {source.label} last synced {formatAgo(source.lastSyncedAt!, now)}
            {source.completeThrough
              ? `. Its days are whole through ${formatDay(source.completeThrough, view)}.`
              : "."}
          </List.Item>
        ))}
        {troubled.map((source) => (
          <List.Item key={source.id}>
            {isNamed ? source.message : `${source.label}: ${source.message}`}
          </List.Item>
        ))}
      </List>
    </Banner>
  );
}
