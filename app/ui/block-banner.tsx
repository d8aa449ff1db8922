import { Banner, BlockStack, Link, List, Text } from "@shopify/polaris";
import type { DashboardBlock, Support } from "../modules/dashboards/dashboard-block.ts";
import { type Formatting, formatDay, formatList } from "./format.ts";
import { dashboardLabels } from "./health-words.ts";

const distinct = (words: readonly string[]): string[] => [...new Set(words)];

/** Which dashboards are paused, why, up to when their numbers still hold, and what to do. */
export function BlockBanner({ block, view }: { block: DashboardBlock; view: Formatting }) {
  const blocked = block.dashboards.filter((dashboard) => dashboard.blocked);
  const names = blocked.map((dashboard) => dashboardLabels[dashboard.key]);
  const reasons = distinct(blocked.flatMap((dashboard) => dashboard.reasons.map((reason) => reason.message)));
  const nextSteps = distinct(blocked.flatMap((dashboard) => dashboard.nextSteps));
  const throughDays = distinct(blocked.flatMap((dashboard) => dashboard.completeThrough ?? []));
  return (
    <Banner
      tone="critical"
      title={`${formatList(names)} ${names.length === 1 ? "dashboard is" : "dashboards are"} paused`}
    >
      <BlockStack gap="200">
        {reasons.map((reason) => (
          <Text as="p" key={reason}>
            {reason}
          </Text>
        ))}
        {throughDays.length > 0 ? (
          <Text as="p">
            {throughDays.length === 1
              ? `Everything through ${formatDay(throughDays[0]!, view)} is complete and can be read as usual.`
              : `Complete and readable as usual: ${formatList(
                  blocked.flatMap(({ key, completeThrough }) =>
                    completeThrough
                      ? [`${dashboardLabels[key]} through ${formatDay(completeThrough, view)}`]
                      : [],
                  ),
                )}.`}
          </Text>
        ) : null}
        {nextSteps.length > 0 ? (
          <List>
            {nextSteps.map((step) => (
              <List.Item key={step}>{step}</List.Item>
            ))}
          </List>
        ) : null}
        <SupportContact support={block.support} />
      </BlockStack>
    </Banner>
  );
}

/** Where to ask; nothing when no contact is set. */
export function SupportContact({ support }: { support: Support }) {
  if (!support.email && !support.url) return null;
  return (
    <Text as="p">
      Questions?{" "}
      {support.url ? (
        <Link url={support.url} external>
          Visit support
        </Link>
      ) : null}
      {support.url && support.email ? " or write to " : null}
      {!support.url && support.email ? "Write to " : null}
      {support.email ? (
        <Link url={`mailto:${support.email}`} external>
          {support.email}
        </Link>
      ) : null}
      .
    </Text>
  );
}
