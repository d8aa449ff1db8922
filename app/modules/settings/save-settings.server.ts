import type { ShopTx } from "#app/platform/tenant.server.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { Actor, Shop } from "../shops/shop.ts";
import { compareWindows, sameContent, sameNotices } from "./compare-settings.ts";
import { findProblems } from "./find-problems.ts";
import { loadSettings } from "./load-settings.server.ts";
import { lockSettings, removeWindows, saveNotices, saveWindows } from "./settings.store.server.ts";
import type { SaveAnswer, SettingsContent } from "./settings.ts";

/**
 * Stores what the Settings page sent, whole or not at all. What is already so is saved without a write, whatever the
 * version: a save whose answer got lost may be sent again.
 */
export async function saveSettings(
  tx: ShopTx,
  by: { shop: Shop; actor: Actor; requestId: string },
  sent: SettingsContent & { version: string },
  now: Date,
): Promise<SaveAnswer> {
  const { shop, actor, requestId } = by;
  await lockSettings(tx, shop.id);
  const stored = await loadSettings(tx, shop, now);
  if (sameContent(stored, sent)) return { outcome: "saved", page: stored };
  if (sent.version !== stored.version) return { outcome: "conflict", page: stored };
  const problems = findProblems({
    stored: stored.windows,
    windows: sent.windows,
    connectorIds: stored.sources.map(({ connectorId }) => connectorId),
    today: stored.today,
  });
  if (problems) return { outcome: "invalid", problems };

  const { kept, removed } = compareWindows(stored.windows, sent.windows);
  await saveNotices(tx, shop.id, sent.notices, now);
  await removeWindows(tx, shop.id, removed);
  await saveWindows(tx, shop.id, kept, actor.name, now);

  const touched = new Set([...kept, ...removed].map(({ id }) => id));
  const hasNewNotices = !sameNotices(stored.notices, sent.notices);
  await recordAudit(tx, {
    shopId: shop.id,
    actor,
    action: "settings.save",
    target: "settings",
    before: {
      ...(hasNewNotices ? { notices: stored.notices } : {}),
      windows: stored.windows.filter(({ id }) => touched.has(id)),
    },
    after: { ...(hasNewNotices ? { notices: sent.notices } : {}), windows: kept },
    requestId,
    at: now,
  });
  return { outcome: "saved", page: await loadSettings(tx, shop, now) };
}
