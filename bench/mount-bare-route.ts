/**
 * Loaded before `app/server.ts` by `bench -- api`, and by nothing else: adds a route to the built bundle while Node reads
 * it. The route does what every route of the merchant API does (token, shop, limit, bound transaction) and then one
 * trivial statement, so that what a real route costs beyond that can be told. The bundle on disk does not have it.
 */
import { registerHooks } from "node:module";

const bareRoute = `
routes["bench.bare"] = {
  id: "bench.bare",
  parentId: "root",
  path: "bench/bare",
  module: {
    loader: merchantApi({ method: "GET" }, ({ shop }) =>
      withShop(shop.id, async (tx) => {
        const [row] = await tx.$queryRaw\`SELECT checked_at FROM shop_health\`;
        return { checkedAt: row.checked_at };
      }),
    ),
  },
};
`;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith("/build/server/index.js")) return loaded;
    return { ...loaded, source: `${loaded.source}\n${bareRoute}` };
  },
});
