/** What the Python package carries of this half: the engine worker in one file, and the pins of the engines. */
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { demoModel } from "./vite/demo-model.ts";
import { pinnedEnginesText } from "./vite/pinned-engines.ts";
import { defaultRoots } from "./vite/site-files.ts";
import { webllmCatalogue } from "./vite/webllm-catalogue.ts";

const web = import.meta.dirname;

const pins = (): Plugin => ({
  name: "pinned-engines",
  generateBundle() {
    this.emitFile({ type: "asset", fileName: "engines.json", source: pinnedEnginesText(web) });
  },
});

export default defineConfig({
  plugins: [webllmCatalogue(), demoModel(defaultRoots(web).model), pins()],
  publicDir: false,
  build: {
    outDir: resolve(web, "../webllm_provider/_engine"),
    emptyOutDir: true,
    target: "es2023",
    modulePreload: false,
    rolldownOptions: {
      input: { "engine-worker": resolve(web, "src/engine/wheel-worker.ts") },
      output: { format: "es", entryFileNames: "[name].js", codeSplitting: false },
    },
  },
});
