import { defineConfig } from "vitest/config";
import { demoModel } from "./vite/demo-model.ts";
import { defaultRoots } from "./vite/site-files.ts";
import { webllmCatalogue } from "./vite/webllm-catalogue.ts";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [webllmCatalogue(), demoModel(defaultRoots(import.meta.dirname).model)],
  test: {
    include: ["src/**/*.test.{ts,tsx}", "vite/**/*.test.ts"],
    environment: "node",
    // Randomised order: no test may lean on the one before it.
    sequence: { shuffle: true },
    // How long to wait for what must come: generous, since a busy machine is not a defect.
    testTimeout: 60_000,
    expect: { poll: { timeout: 20_000, interval: 5 } },
    coverage: { include: ["src/**"], exclude: ["src/**/*.test.*", "src/protocol/wire.ts"] },
  },
});
