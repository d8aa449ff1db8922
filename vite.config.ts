import { vitePlugin as remix } from "@remix-run/dev";
import { defineConfig } from "vite";
import remixConfig from "./remix.config.js";

export default defineConfig({
  plugins: [remix(remixConfig)],
  // Polaris' locales are JSON files, which the ESM server cannot import without an attribute: bundle them.
  ssr: { noExternal: [/^@shopify\/polaris/, /^@fontsource/] },
  build: { target: "es2022", assetsInlineLimit: 0 },
  server: { fs: { strict: true } },
});
