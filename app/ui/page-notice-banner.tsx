import { Banner, Text } from "@shopify/polaris";
import type { DashboardBlock } from "../modules/dashboards/dashboard-block.ts";
import { BlockBanner } from "./block-banner.tsx";
import { type Formatting, formatAgo, formatInstant } from "./format.ts";
import type { PageNotice } from "./page-notice.ts";

interface PageNoticeBannerProps {
  notice: PageNotice;
  block: DashboardBlock | null;
  view: Formatting;
  now: string;
}

/** The one banner of a page, if it needs one. */
export function PageNoticeBanner({ notice, block, view, now }: PageNoticeBannerProps) {
  switch (notice.kind) {
    case "none":
      return null;
    case "blocked":
      return block ? <BlockBanner block={block} view={view} /> : null;
    case "not_checked":
      return <NotCheckedNotice since={notice.since} view={view} now={now} />;
    case "engine_unreachable":
      return (
        <Banner tone="warning" title={`Airbyte unreachable since ${formatInstant(notice.since, now, view)}`}>
          <Text as="p">
            Airbyte runs your syncs. What you see here is the last we know; newer syncs may have run. We keep
            trying, you do not need to do anything.
          </Text>
        </Banner>
      );
  }
}

/** Says plainly that nobody looked lately, instead of showing yesterday's green. */
export function NotCheckedNotice({
  since,
  view,
  now,
}: {
  since: string | null;
  view: Formatting;
  now: string;
}) {
  return (
    <Banner
      tone="warning"
      title={
        since
          ? `Not checked since ${formatInstant(since, now, view)}`
          : "Your sources have not been checked yet"
      }
    >
      <Text as="p">
        {since ? `The last check finished ${formatAgo(since, now)}. ` : ""}
        Your syncs may well be running, but we cannot vouch for them right now. Checks resume by themselves;
        you do not need to do anything.
      </Text>
    </Banner>
  );
}
