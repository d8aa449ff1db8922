import { BlockStack, Button, Card, InlineStack, Link, Text } from "@shopify/polaris";
import type { Notice } from "../modules/notices/notice.ts";
import { type Formatting, formatAgo, formatInstant } from "./format.ts";
import { useFetcher } from "./use-fetcher.ts";

interface NoticeCardsProps {
  notices: readonly Notice[];
  view: Formatting;
  now: string;
}

/** What happened lately, in one quiet card. Each line goes when it is dismissed. */
export function NoticeCards({ notices, view, now }: NoticeCardsProps) {
  if (notices.length === 0) return null;
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          Lately
        </Text>
        <BlockStack as="ul" gap="300">
          {notices.map((notice) => (
            <NoticeLine key={notice.id} notice={notice} view={view} now={now} />
          ))}
        </BlockStack>
      </BlockStack>
    </Card>
  );
}

function NoticeLine({ notice, view, now }: { notice: Notice; view: Formatting; now: string }) {
  const fetcher = useFetcher();
  // Gone at once; if it could not be saved, the next refresh brings it back.
  if (fetcher.state !== "idle" || fetcher.data) return null;
  return (
    <li>
      <InlineStack align="space-between" blockAlign="start" gap="300" wrap={false}>
        <BlockStack gap="050">
          <Text as="h3" variant="headingSm">
            {notice.path ? (
              <Link url={notice.path} monochrome removeUnderline>
                {notice.title}
              </Link>
            ) : (
              notice.title
            )}
          </Text>
          <Text as="p">{notice.body}</Text>
          <Text as="p" variant="bodySm" tone="subdued">
            {`${formatInstant(notice.createdAt, now, view)} (${formatAgo(notice.createdAt, now)})`}
          </Text>
        </BlockStack>
        <fetcher.Form method="post" action="/app?index">
          <input type="hidden" name="intent" value="dismiss" />
          <input type="hidden" name="noticeId" value={notice.id} />
          <Button submit variant="tertiary" accessibilityLabel={`Dismiss: ${notice.title}`}>
            Dismiss
          </Button>
        </fetcher.Form>
      </InlineStack>
    </li>
  );
}
