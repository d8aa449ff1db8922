import { AppError, notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { By } from "../audit/by.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { isSource, type Source, sources } from "../connectors/sources.ts";
import { resolveIncident } from "../incidents/act-on-incident.server.ts";
import type { Shop } from "../shops/shop.ts";
import { type CheckName, checkLabels, checksOf, isCheckName } from "./check-names.ts";
import {
  forgetFindings,
  listPastIncidents,
  loadCheckSettings,
  type StoredSetting,
  saveCheckSetting,
} from "./check-settings.store.server.ts";
import {
  type CheckSetting,
  cannotBeSwitchedOff,
  findSettingProblems,
  limitsByName,
  ownThresholds,
  readThresholds,
} from "./check-thresholds.ts";
import { isDataCheck } from "./data-basis.ts";
import { loadDataFacts } from "./load-data-facts.server.ts";
import {
  canReplay,
  nothingReplayed,
  SIMULATED_DAYS,
  type Simulation,
  simulateCheck,
} from "./simulate-check.ts";
import type {
  CheckSettingView,
  SaveThresholds,
  SimulateThresholds,
  ThresholdsPage,
} from "./thresholds-page.ts";

/** How every check of a connector is set. @throws AppError not_found */
export async function loadThresholds(tx: ShopTx, connectorId: string): Promise<ThresholdsPage> {
  const { source } = await getConnector(tx, connectorId);
  const stored = await loadCheckSettings(tx, connectorId);
  return {
    connectorId,
    source,
    label: sources[source].label,
    checks: checksOf(source).map((check) => viewOf(check, settingOf(stored, check))),
  };
}

function viewOf(check: CheckName, stored: StoredSetting): CheckSettingView {
  const own = readThresholds(check, stored.thresholds);
  return {
    check,
    label: checkLabels[check],
    enabled: stored.enabled,
    canSwitchOff: !cannotBeSwitchedOff.has(check),
    canReplay: isDataCheck(check) && canReplay(check),
    limits: Object.entries(limitsByName(check)).map(([name, limit]) => ({
      name,
      ...limit,
      value: own[name] ?? limit.default,
    })),
    outcome: stored.outcome,
    severity: stored.severity,
    openIncidentId: stored.openIncidentId,
  };
}

/**
 * What a setting would have brought over the last 90 days, against the one that holds. Where there is no profile yet,
 * that is nothing.
 * @throws AppError not_found; invalid, naming each field
 */
export async function simulateThresholds(
  tx: ShopTx,
  shop: Shop,
  connectorId: string,
  asked: SimulateThresholds,
  now: Date,
): Promise<Simulation> {
  const { check, source, stored, proposed } = await propose(tx, connectorId, asked);
  const facts = await loadDataFacts(tx, shop, { id: connectorId, source }, now);
  const current = currentOf(check, settingOf(stored, check));
  if (!isDataCheck(check)) return nothingReplayed(null);
  if (!facts) return nothingReplayed(canReplay(check) ? 0 : null);
  const since = new Date(now.getTime() - (SIMULATED_DAYS + 5) * 86_400_000);
  return simulateCheck(
    // What holds for the other checks holds in the replay too.
    {
      ...facts,
      thresholds: new Map(
        checksOf(source).map((each) => [each, currentOf(each, settingOf(stored, each)).thresholds]),
      ),
    },
    check,
    { current, proposed },
    new Set(checksOf(source).filter((each) => settingOf(stored, each).enabled)),
    await listPastIncidents(tx, connectorId, check, since),
  );
}

/**
 * Sets how a check of a connector is judged from the next tick on. One that is switched off resolves its incident.
 * @throws AppError not_found; invalid, naming each field
 */
export async function saveThresholds(
  tx: ShopTx,
  connectorId: string,
  asked: SaveThresholds,
  by: By,
): Promise<ThresholdsPage> {
  const { shopId, check, stored, proposed } = await propose(tx, connectorId, asked, true);
  const before = settingOf(stored, check);
  await saveCheckSetting(tx, { shopId, connectorId, check }, proposed);
  if (!proposed.enabled && before.enabled) {
    if (before.openIncidentId)
      await resolveIncident(
        tx,
        before.openIncidentId,
        { reason: "other", comment: `The check was switched off: ${asked.reason}` },
        by,
      );
    await forgetFindings(tx, connectorId, check);
  }
  await recordAudit(tx, {
    shopId,
    actor: by.actor,
    action: "check.set_thresholds",
    target: `${connectorId} ${check}`,
    before: currentOf(check, before),
    after: proposed,
    reason: asked.reason,
    requestId: by.requestId,
    at: by.now,
  });
  return loadThresholds(tx, connectorId);
}

async function propose(tx: ShopTx, connectorId: string, asked: SimulateThresholds, isToSave = false) {
  const { shopId, source } = await getConnector(tx, connectorId);
  const { check } = asked;
  if (!isCheckName(check) || !checksOf(source).includes(check)) throw notFound("check");
  const errors = findSettingProblems(check, asked);
  if (Object.keys(errors).length > 0)
    throw new AppError("invalid", "The setting was not taken. Mend what is marked.", { errors });
  const stored = await loadCheckSettings(tx, connectorId, isToSave ? check : null);
  const proposed: CheckSetting = {
    enabled: asked.enabled,
    thresholds: ownThresholds(check, asked.thresholds),
  };
  return { shopId, source, check, stored, proposed };
}

async function getConnector(tx: ShopTx, connectorId: string): Promise<{ shopId: string; source: Source }> {
  const connector = await tx.connector.findFirst({
    where: { id: connectorId },
    select: { shopId: true, source: true },
  });
  if (!connector || !isSource(connector.source)) throw notFound("connector");
  return { shopId: connector.shopId, source: connector.source };
}

/** A check that was never judged is on, and set as for everybody. */
const settingOf = (stored: readonly StoredSetting[], check: string): StoredSetting =>
  stored.find((one) => one.check === check) ?? {
    check,
    enabled: true,
    thresholds: {},
    outcome: "not_judged",
    severity: null,
    openIncidentId: null,
  };

const currentOf = (check: string, { enabled, thresholds }: StoredSetting): CheckSetting => ({
  enabled,
  thresholds: readThresholds(check, thresholds),
});
