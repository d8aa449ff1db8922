/** Seconds before its end at which a token is no longer used. */
const marginSeconds = 30;

export interface FetchedToken {
  token: string;
  lifeSeconds: number;
}

export interface TokenCache {
  /** A token good for the next call. Callers that come while one is being fetched share it. */
  get(): Promise<string>;
  /** Forgets this token, unless a newer one is there already. */
  drop(token: string): void;
}

/** Keeps one token until shortly before its end. */
export function createTokenCache(fetchToken: () => Promise<FetchedToken>, now: () => Date): TokenCache {
  let kept: { token: string; goodUntilMs: number } | null = null;
  let fetching: Promise<string> | null = null;

  async function renew(): Promise<string> {
    const askedMs = now().getTime();
    const { token, lifeSeconds } = await fetchToken();
    kept = { token, goodUntilMs: askedMs + (lifeSeconds - marginSeconds) * 1000 };
    return token;
  }

  return {
    get: () => {
      if (kept && now().getTime() < kept.goodUntilMs) return Promise.resolve(kept.token);
      fetching ??= renew().finally(() => {
        fetching = null;
      });
      return fetching;
    },
    drop: (token) => {
      if (kept?.token === token) kept = null;
    },
  };
}
