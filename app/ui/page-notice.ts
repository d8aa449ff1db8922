import type { ConnectorPage, HomePage } from "../modules/health/pages.ts";

/** What the page says at its top. At most one: Shopify allows no two banners together. */
export type PageNotice =
  | { kind: "blocked" }
  | { kind: "not_checked"; since: string | null }
  | { kind: "engine_unreachable"; since: string }
  | { kind: "none" };

/** The notice that matters most: what is blocked, then what we have not looked at, then what we cannot see. */
export function decidePageNotice(
  page: Pick<HomePage, "block" | "engineUnreachableSince"> & {
    summary: Pick<HomePage["summary"], "stale" | "checkedAt" | "connectors">;
  },
): PageNotice {
  if (page.block.blocked) return { kind: "blocked" };
  if (page.summary.stale && page.summary.connectors.length > 0)
    return { kind: "not_checked", since: page.summary.checkedAt };
  if (page.engineUnreachableSince) return { kind: "engine_unreachable", since: page.engineUnreachableSince };
  return { kind: "none" };
}

/** The notice of one source's page; a block belongs to the dashboards and is told on Home. */
export function decideConnectorNotice(
  page: Pick<ConnectorPage, "stale" | "checkedAt" | "engineUnreachableSince">,
): PageNotice {
  if (page.stale) return { kind: "not_checked", since: page.checkedAt };
  if (page.engineUnreachableSince) return { kind: "engine_unreachable", since: page.engineUnreachableSince };
  return { kind: "none" };
}
