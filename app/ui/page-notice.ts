import type { DashboardPage, DashboardsPage } from "../modules/dashboards/dashboard-page.ts";
import type { ConnectorPage, HomePage } from "../modules/health/pages.ts";
import { behindAmong, troubledAmong } from "./dashboard-words.ts";

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
): Exclude<PageNotice, { kind: "blocked" }> {
  if (page.stale) return { kind: "not_checked", since: page.checkedAt };
  if (page.engineUnreachableSince) return { kind: "engine_unreachable", since: page.engineUnreachableSince };
  return { kind: "none" };
}

/**
 * The notice of one dashboard: what it is held back for, what we have not looked at or cannot see, what it is shown in
 * spite of, and what is behind without holding it back.
 */
export function decideDashboardNotice(
  page: Pick<
    DashboardPage,
    "state" | "stale" | "checkedAt" | "engineUnreachableSince" | "lifted" | "sources"
  >,
): PageNotice | { kind: "lifted" } | { kind: "behind" } {
  if (page.state.blocked) return { kind: "blocked" };
  if (page.sources.length === 0) return { kind: "none" };
  const unseen = decideConnectorNotice(page);
  if (unseen.kind !== "none") return unseen;
  if (page.lifted) return { kind: "lifted" };
  const isBehind = behindAmong(page.sources).length + troubledAmong(page.sources).length > 0;
  return isBehind ? { kind: "behind" } : { kind: "none" };
}

/** The notice of the list of dashboards; what is behind is on each of them. */
export function decideDashboardsNotice(
  page: Pick<DashboardsPage, "dashboards" | "stale" | "checkedAt" | "engineUnreachableSince">,
): PageNotice {
  if (page.dashboards.some(({ state }) => state.blocked)) return { kind: "blocked" };
  if (page.dashboards.every(({ sources }) => sources.length === 0)) return { kind: "none" };
  return decideConnectorNotice(page);
}
