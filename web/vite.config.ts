import { resolve } from "node:path";
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";
import { demoModel } from "./vite/demo-model.ts";
import { engineHost } from "./vite/engine-host.ts";
import { BundledPackages } from "./vite/notices.ts";
import { pythonMadeAhead } from "./vite/python-snapshot.ts";
import { defaultRoots } from "./vite/site-files.ts";
import { site } from "./vite/site.ts";
import { sitePartsModule } from "./vite/site-parts.ts";
import { webllmCatalogue } from "./vite/webllm-catalogue.ts";

const file = (name: string): string => resolve(import.meta.dirname, name);

/** What the engine worker knows of its models, found out at build time. */
const models = () => [webllmCatalogue(), demoModel(defaultRoots(import.meta.dirname).model)];

const made = defaultRoots(import.meta.dirname);
const roots = { ...made, ...pythonMadeAhead(made) };

const bundled = new BundledPackages();

/** Entries whose names other people's pages rely on; everything else carries a hash. */
const LIBRARY = { "lib/bridge": "src/bridge/index.ts", "lib/client": "src/lib/client/index.ts" };

/** Chunks of the engines get names of their own: the offline site keeps them apart from its shell. */
const chunkFileNames = ({ moduleIds }: { moduleIds: string[] }): string => {
  if (moduleIds.some((id) => id.includes("/@mlc-ai/web-llm/"))) return "assets/web-llm-[hash].js";
  if (moduleIds.some((id) => id.includes("/@wllama/wllama/"))) return "assets/wllama-[hash].js";
  return "assets/[name]-[hash].js";
};

export default defineConfig({
  // Relative, so that the site works under any path.
  base: "./",
  plugins: [
    preact(),
    ...models(),
    engineHost(import.meta.dirname, () => [...models(), sitePartsModule(roots)]),
    site(import.meta.dirname, bundled, roots),
  ],
  worker: {
    format: "es",
    plugins: () => [...models(), bundled.plugin()],
    rolldownOptions: { output: { chunkFileNames } },
  },
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
    rolldownOptions: {
      input: {
        index: file("index.html"),
        engine: file("engine.html"),
        "api-door": file("api-door.html"),
        sandbox: file("sandbox.html"),
        server: file("server.html"),
        fetch: file("fetch.html"),
        ...Object.fromEntries(Object.entries(LIBRARY).map(([name, source]) => [name, file(source)])),
      },
      preserveEntrySignatures: "exports-only",
      output: {
        entryFileNames: ({ name }) => (name in LIBRARY ? "[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
});
