import { log } from "#app/platform/log.server.ts";
import { withShops } from "#app/platform/tenant.server.ts";
import { WarehouseError, type WarehouseTrouble } from "#app/platform/warehouse.server.ts";
import type { Source } from "../connectors/sources.ts";
import { countDays } from "./count-days.server.ts";
import type { DayRange } from "./day-ranges.ts";
import { isCountDue, type ProfileMode } from "./due.ts";
import { MappingError, usableMapping } from "./load-mapping.server.ts";
import { mappedSources, type SourceMapping, type WarehouseMapping } from "./mapping.ts";
import { planProfile, type Subject } from "./profile-plan.ts";
import { loadProfileFacts, type ProfiledConnector, saveProfiles } from "./profiles.store.server.ts";
import { readProfiles } from "./read-profiles.server.ts";

/** What is read is saved once for the batch, unless so much of it has come together before. */
const SAVE_AT_CHARACTERS = 1_000_000;
const SAVE_WITHIN_MS = 120_000;

export interface ProfiledShop {
  shopId: string;
  domain: string;
  timeZone: string;
}

export interface ProfileOptions {
  mode: ProfileMode;
  /** Only this connector, and of it these days too, whatever is known of them. */
  only?: DayRange & { connectorId: string };
  /** For one statement in the warehouse. */
  timeoutMs?: number;
  /** This installation's, unless another is given. */
  mapping?: WarehouseMapping;
}

export interface ProfileFailure {
  /** Null: no source can be read. */
  source: Source | null;
  kind: WarehouseTrouble | "mapping";
  message: string;
}

export interface ProfileSummary {
  profiled: number;
  counted: number;
  /** Days whose numbers were new. */
  daysWritten: number;
  /** What stays unknown: those connectors keep the profile they have and stay due. */
  failures: ProfileFailure[];
}

/** One call of `profileBatch`. */
interface Pass extends ProfileOptions {
  now: Date;
  summary: ProfileSummary;
}

/**
 * Profiles a batch of shops: one statement in the warehouse per source, outside any transaction of ours, then one
 * transaction that saves what changed. A warehouse that does not answer is told of in `failures`, never thrown, so that
 * nothing else has to wait for it.
 */
export async function profileBatch(
  shops: readonly ProfiledShop[],
  now: Date,
  options: ProfileOptions,
): Promise<ProfileSummary> {
  const pass: Pass = {
    ...options,
    now,
    summary: { profiled: 0, counted: 0, daysWritten: 0, failures: [] },
  };
  const mapping = options.mapping ?? (await findMapping(pass));
  if (!mapping) return pass.summary;
  const subjects = await loadSubjects(shops, mapping, options.only?.connectorId);
  let waiting: ProfiledConnector[] = [];
  for (const [source, rows] of mappedSources(mapping)) {
    waiting.push(...(await profileSource(source, rows, subjects.get(source) ?? [], pass)));
    if (sizeOf(waiting) >= SAVE_AT_CHARACTERS) {
      await save(waiting, pass);
      waiting = [];
    }
    // The next source would only meet the same silence.
    if (pass.summary.failures.some(({ kind }) => kind === "unavailable")) break;
  }
  await save(waiting, pass);
  return pass.summary;
}

async function findMapping({ now, summary }: Pass): Promise<WarehouseMapping | null> {
  try {
    return await usableMapping(now);
  } catch (error) {
    if (!(error instanceof MappingError || error instanceof WarehouseError)) throw error;
    noteFailure(summary, null, error);
    return null;
  }
}

async function loadSubjects(
  shops: readonly ProfiledShop[],
  mapping: WarehouseMapping,
  only: string | undefined,
): Promise<Map<Source, Subject[]>> {
  const byId = new Map(shops.map((shop) => [shop.shopId, shop]));
  const shopIds = [...byId.keys()];
  const sources = mappedSources(mapping).map(([source]) => source);
  if (shopIds.length === 0 || sources.length === 0) return new Map();
  const facts = await withShops(shopIds, (tx) => loadProfileFacts(tx, shopIds, sources));
  const wanted = only ? facts.filter(({ connectorId }) => connectorId === only) : facts;
  const subjects = wanted.map((fact) => {
    const { domain, timeZone } = byId.get(fact.shopId)!;
    return { ...fact, domain, timeZone };
  });
  return Map.groupBy(subjects, ({ source }) => source);
}

async function profileSource(
  source: Source,
  mapping: SourceMapping,
  subjects: readonly Subject[],
  pass: Pass,
): Promise<ProfiledConnector[]> {
  const { now, mode, only, summary } = pass;
  const toCount = mode === "due" && !only ? subjects.filter((subject) => isCountDue(subject, now)) : [];
  const { changed, failure: countFailure } = await countDays(mapping, toCount, now, pass);
  const plans = subjects.flatMap(
    (subject) => planProfile(subject, changed.get(subject.connectorId) ?? null, now, mode, only) ?? [],
  );
  const { profiled, failure } =
    countFailure?.kind === "unavailable" ? nothingRead : await readProfiles(mapping, plans, now, pass);
  for (const error of [countFailure, failure]) if (error) noteFailure(summary, source, error);
  summary.counted += changed.size;
  return profiled;
}

const nothingRead = { profiled: [], failure: null };

async function save(profiled: readonly ProfiledConnector[], { now, summary }: Pass): Promise<void> {
  if (profiled.length === 0) return;
  const shopIds = [...new Set(profiled.map(({ shopId }) => shopId))];
  const saved = await withShops(shopIds, (tx) => saveProfiles(tx, profiled, now), {
    timeoutMs: SAVE_WITHIN_MS,
  });
  summary.profiled += saved.connectors;
  summary.daysWritten += saved.days;
}

const sizeOf = (profiled: readonly ProfiledConnector[]): number =>
  profiled.reduce(
    (total, { stretches }) =>
      stretches.reduce((sum, { days, hours }) => sum + days.length + hours.length, total),
    0,
  );

function noteFailure(summary: ProfileSummary, source: Source | null, error: MappingError | WarehouseError) {
  const kind = error instanceof WarehouseError ? error.kind : "mapping";
  log.warn({ source, kind, reason: error.message }, "the warehouse could not be profiled");
  summary.failures.push({ source, kind, message: error.message });
}
