import type { AirbyteClient } from "#app/integrations/airbyte/client.ts";
import type { AirbyteConfigApi, BasicSchedule } from "#app/integrations/airbyte/config-api.ts";
import { AirbyteError } from "#app/integrations/airbyte/errors.ts";
import type { AirbyteSchedule } from "#app/integrations/airbyte/schemas.ts";

/** The two doors to Airbyte; the second is there only where its address is configured. */
export interface AirbyteDoors {
  api: AirbyteClient;
  configApi: AirbyteConfigApi | null;
}

/** Whether a schedule can be given back exactly as it was: the public API cannot write `Every 24 HOURS`. */
export const canRestore = (doors: AirbyteDoors, schedule: AirbyteSchedule): boolean =>
  schedule.scheduleType !== "basic" || (doors.configApi !== null && readBasic(schedule.basicTiming) !== null);

/** Nothing starts by itself any more. Not `inactive`: a sync can be triggered only on an active connection. */
export async function holdSchedule(
  { api }: AirbyteDoors,
  connectionId: string,
  schedule: AirbyteSchedule,
): Promise<void> {
  if (schedule.scheduleType !== "manual") await api.patchSchedule(connectionId, { scheduleType: "manual" });
}

/** Gives the schedule back. May be done twice; a connection that is gone needs none. */
export async function restoreSchedule(
  { api, configApi }: AirbyteDoors,
  connectionId: string,
  schedule: AirbyteSchedule,
): Promise<void> {
  if (schedule.scheduleType === "manual") return;
  try {
    if (schedule.scheduleType === "cron") return await api.patchSchedule(connectionId, schedule);
    const basic = readBasic(schedule.basicTiming);
    if (!configApi || !basic)
      throw new AirbyteError(
        "rejected",
        "never",
        null,
        "The schedule can only be given back in Airbyte itself.",
      );
    await configApi.setBasicSchedule(connectionId, basic);
  } catch (error) {
    if (!(error instanceof AirbyteError) || error.kind !== "not_found") throw error;
  }
}

const timeUnits = ["minutes", "hours", "days", "weeks", "months"] as const;

/** "Every 24 HOURS" */
function readBasic(basicTiming: string): BasicSchedule | null {
  const [, units, named] = /^every (\d+) (\w+)$/i.exec(basicTiming.trim()) ?? [];
  const timeUnit = timeUnits.find((unit) => unit === named?.toLowerCase());
  return timeUnit && units ? { units: Number(units), timeUnit } : null;
}
