import { existsSync } from "node:fs";
import { resolve } from "node:path";
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";
import { site } from "./vite/site.ts";
import { webllmCatalogue } from "./vite/webllm-catalogue.ts";

const page = (name: string): string => resolve(import.meta.dirname, name);

export default defineConfig({
  // Relative, so that the site works under any path.
  base: "./",
  plugins: [preact(), webllmCatalogue(), site(import.meta.dirname)],
  worker: { format: "es", plugins: () => [webllmCatalogue()] },
  // Its package names an entry that it does not hold.
  resolve: { alias: [{ find: /^@wllama\/wllama$/, replacement: "@wllama/wllama/esm/index.js" }] },
  // The wire schema lies beside web/, not in it.
  server: { fs: { allow: [".."] } },
  build: {
    outDir: "../dist/site",
    emptyOutDir: true,
    target: "es2023",
    // The policy of the pages allows no inline script, so nothing may be inlined as a data: URL either.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // web-llm alone is 6.8 MB in one module, loaded only where WebGPU is.
    chunkSizeWarningLimit: 8000,
    rolldownOptions: { input: ["index.html", "engine.html"].map(page).filter(existsSync) },
  },
});
