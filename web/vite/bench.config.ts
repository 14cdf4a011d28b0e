/** Builds the scripted engine worker as one file, for the benchmarks' pages. */
import { resolve } from "node:path";
import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
  build: {
    outDir: resolve(import.meta.dirname, "..", "..", "build", "bench"),
    emptyOutDir: true,
    target: "es2023",
    lib: {
      entry: resolve(import.meta.dirname, "..", "src", "engine", "scripted-worker.ts"),
      formats: ["es"],
      fileName: () => "scripted-worker.js",
    },
  },
});
