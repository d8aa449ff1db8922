import type { Adapter, AdapterPayload } from "oidc-provider";

/** What the provider remembers, for as long as it runs: sign-ins under way, codes, its own sessions. */
export function createMemory(): (model: string) => Adapter {
  const kept = new Map<string, { payload: AdapterPayload; until: number }>();
  const find = (key: string) => {
    const found = kept.get(key);
    return found && found.until > Date.now() ? found.payload : undefined;
  };
  return (model) => {
    const keyOf = (id: string) => `${model}:${id}`;
    const findBy = (field: "uid" | "userCode", value: string) => {
      for (const [key, { payload }] of kept)
        if (key.startsWith(keyOf("")) && payload[field] === value) return find(key);
      return undefined;
    };
    return {
      upsert: async (id, payload, seconds) => {
        kept.set(keyOf(id), {
          payload,
          until: seconds ? Date.now() + seconds * 1000 : Number.POSITIVE_INFINITY,
        });
      },
      find: async (id) => find(keyOf(id)),
      findByUid: async (uid) => findBy("uid", uid),
      findByUserCode: async (code) => findBy("userCode", code),
      consume: async (id) => {
        const payload = find(keyOf(id));
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async (id) => {
        kept.delete(keyOf(id));
      },
      revokeByGrantId: async (grantId) => {
        for (const [key, { payload }] of kept) if (payload.grantId === grantId) kept.delete(key);
      },
    };
  };
}
