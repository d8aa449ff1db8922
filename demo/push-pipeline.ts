import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { usualSyncMs } from "./airbyte/pace.ts";

export interface PushTarget {
  shop: string;
  source: string;
}

export interface PushPipeline {
  /** Reports one finished run through the signed door. @throws Error with the answer when it is refused */
  report(
    target: PushTarget,
    run: {
      status: "succeeded" | "failed";
      failureReason?: string;
      errorMessage?: string;
      rowsSynced?: number;
      startedAt?: Date;
    },
  ): Promise<void>;
  /** Loads what happened since its last run, and reports it. */
  sync(target: PushTarget): Promise<void>;
  hold(target: PushTarget): void;
  release(target: PushTarget): void;
  stop(): void;
}

const EVERY_MS = 20 * 60_000;
const keyOf = ({ shop, source }: PushTarget) => `${shop}/${source}`;

/** A merchant's own pipelines: they report their runs with a signature, on a schedule, as a stranger's code would. */
export function startPushPipeline({
  appUrl,
  secretOf,
  load,
  targets,
}: {
  appUrl: string;
  /** Writes the rows of the time between into the warehouse; returns how many. */
  load: (target: PushTarget, since: Date, until: Date) => Promise<number>;
  secretOf: (shop: string) => string;
  targets: readonly PushTarget[];
}): PushPipeline {
  const held = new Set<string>();
  const report: PushPipeline["report"] = async (target, { startedAt, ...run }) => {
    const endedAt = new Date();
    const body = JSON.stringify({
      type: "sync_runs.reported",
      timestamp: endedAt.toISOString(),
      data: {
        runs: [
          {
            source: target.source,
            externalRunId: randomUUID(),
            startedAt: (startedAt ?? new Date(endedAt.getTime() - usualSyncMs)).toISOString(),
            endedAt: endedAt.toISOString(),
            ...run,
          },
        ],
      },
    });
    const id = `msg_${randomUUID()}`;
    const response = await fetch(`${appUrl}/api/ingest/sync-runs`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-sync-health-shop": target.shop,
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(endedAt.getTime() / 1000)),
        "webhook-signature": new Webhook(secretOf(target.shop)).sign(id, endedAt, body),
      },
      body,
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok)
      throw new Error(`The signed door answered ${response.status}: ${await response.text()}`);
  };
  const loadedUntil = new Map<string, Date>();
  const sync = async (target: PushTarget) => {
    const until = new Date();
    const since = loadedUntil.get(keyOf(target)) ?? new Date(until.getTime() - EVERY_MS);
    const rowsSynced = await load(target, since, until);
    await report(target, { status: "succeeded", rowsSynced, startedAt: until });
    loadedUntil.set(keyOf(target), until);
  };
  const timer = setInterval(() => {
    for (const target of targets) {
      if (held.has(keyOf(target))) continue;
      sync(target).catch((error: Error) =>
        console.error(`Pushing ${keyOf(target)} failed: ${error.message}`),
      );
    }
  }, EVERY_MS);
  return {
    report,
    sync,
    hold: (target) => held.add(keyOf(target)),
    release: (target) => held.delete(keyOf(target)),
    stop: () => clearInterval(timer),
  };
}
