import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../errors.ts";

/** A number of requests that each key may make in a minute, or in another time, counted in this process. */
export class RateLimit {
  readonly #limiter: RateLimiterMemory;
  readonly #allowed: string;

  constructor(requests: number, seconds = 60) {
    this.#allowed = `${requests} requests in ${seconds === 60 ? "a minute" : `${seconds} seconds`}`;
    this.#limiter = new RateLimiterMemory({ points: requests, duration: seconds });
  }

  /** @throws AppError rate_limited, with the seconds until the next is let through */
  async spend(key: string): Promise<void> {
    try {
      await this.#limiter.consume(key);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const retryAfterSeconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
      throw new AppError("rate_limited", `More than ${this.#allowed}.`, {
        retryAfterSeconds,
      });
    }
  }
}
