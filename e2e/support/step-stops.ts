import type pg from "pg";

const LOCK = 4711;

/** A step is killed when it is about to be taken up, or when all of it is done and only that is not stored yet. */
export type Moment = "claimed" | "recorded";

/** Lets workers stand still within a step of a backfill, with its transaction open, so that they can be killed there. */
export interface StepStops {
  /** The next backfill of a connector. */
  stopAt(connectorId: string, step: string, moment: Moment): Promise<void>;
  /** How many stand still. */
  standing(): Promise<number>;
  /** Whoever was killed while standing still is gone from the database as well, and nobody stops any more. */
  clear(): Promise<void>;
  /** The steps that a backfill has taken, in order, each once. */
  stepsOf(backfillId: string): Promise<string[]>;
}

/**
 * A step is called by where the backfill is when it begins: its status while the engine is not at work, else the
 * engine's phase; of a phase that comes twice the second is "again".
 */
export async function placeStepStops(owner: pg.Client): Promise<StepStops> {
  await owner.query(`
    CREATE SCHEMA stops;
    CREATE TABLE stops.wanted (connector_id uuid, step text, moment text);
    CREATE TABLE stops.taken (n serial, backfill_id uuid, step text);
    CREATE FUNCTION stops.name(b backfill_jobs) RETURNS text LANGUAGE sql AS $$
      SELECT CASE WHEN b.engine_state ? 'phase' AND b.status IN ('running', 'cancelling') THEN
          concat_ws(' ', b.engine_state->>'phase', CASE WHEN b.engine_state->>'phase' = 'prepare'
            AND (b.engine_state->'memory' ? 'isSet' OR b.engine_state->'memory' ? 'saved') THEN 'again' END)
        ELSE b.status END $$;
    CREATE FUNCTION stops.stop() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
      DECLARE here text := CASE WHEN NEW.step % 2 = 1 THEN 'claimed' ELSE 'recorded' END;
      BEGIN
        IF here = 'recorded' THEN INSERT INTO stops.taken (backfill_id, step) VALUES (OLD.id, stops.name(OLD)); END IF;
        IF EXISTS (SELECT FROM stops.wanted w WHERE w.connector_id = OLD.connector_id AND w.step = stops.name(OLD) AND w.moment = here)
          THEN PERFORM pg_advisory_xact_lock(${LOCK}); END IF;
        RETURN NEW;
      END $$;
    CREATE TRIGGER stop BEFORE UPDATE OF step ON backfill_jobs FOR EACH ROW WHEN (NEW.step <> OLD.step) EXECUTE FUNCTION stops.stop();
    SELECT pg_advisory_lock(${LOCK})`);
  const waiting = `FROM pg_locks WHERE locktype = 'advisory' AND objid = ${LOCK} AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  const standing = async () => (await owner.query(`SELECT ${waiting}`)).rowCount ?? 0;
  return {
    standing,
    stopAt: async (connectorId, step, moment) => {
      await owner.query("INSERT INTO stops.wanted VALUES ($1, $2, $3)", [connectorId, step, moment]);
    },
    clear: async () => {
      await owner.query("DELETE FROM stops.wanted");
      await owner.query(`SELECT pg_terminate_backend(pid) ${waiting}`);
      while ((await standing()) > 0) await new Promise((done) => setTimeout(done, 20));
    },
    stepsOf: async (backfillId) =>
      (
        await owner.query<{ step: string }>(
          "SELECT step FROM stops.taken WHERE backfill_id = $1 GROUP BY step ORDER BY min(n)",
          [backfillId],
        )
      ).rows.map(({ step }) => step),
  };
}
