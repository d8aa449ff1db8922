import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import { db } from "../db.server.ts";
import { AppError } from "../errors.ts";

/**
 * A number of requests that each key may make in a minute, counted in the database for all processes together: one
 * statement per request. A key beyond its limit is refused without asking again until its minute is over. While the
 * database cannot count, each process does.
 */
export class SharedRateLimit {
  readonly #limiter: RateLimiterPostgres;
  readonly #perMinute: number;

  /** @param name what is counted, part of the stored key */
  constructor(name: string, perMinute: number) {
    const limits = { points: perMinute, duration: 60 };
    this.#perMinute = perMinute;
    this.#limiter = new RateLimiterPostgres({
      ...limits,
      storeClient: { query },
      storeType: "client",
      tableName: "rate_limits",
      tableCreated: true,
      keyPrefix: name,
      inMemoryBlockOnConsumed: perMinute + 1,
      insuranceLimiter: new RateLimiterMemory(limits),
    });
  }

  /** @throws AppError rate_limited, with the seconds until the next is let through */
  async spend(key: string): Promise<void> {
    try {
      await this.#limiter.consume(key);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const retryAfterSeconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
      throw new AppError("rate_limited", `More than ${this.#perMinute} requests in a minute.`, {
        retryAfterSeconds,
      });
    }
  }
}

/** What the limiter asks of its store, by the process' own connections. */
async function query({ text, values }: { text: string; values: unknown[] }): Promise<{ rows: object[] }> {
  const rows = await db().$queryRawUnsafe<{ points: number; expire: bigint | null }[]>(text, ...values);
  return { rows: rows.map((row) => ({ ...row, expire: row.expire === null ? null : Number(row.expire) })) };
}
