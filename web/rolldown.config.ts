/**
 * The npm package: ES modules into dist/, one file per module, so that a bundler takes only what is used. The peers
 * stay outside; the application's bundler finds them. The few small packages that the workers need go in: some are
 * CommonJS, which development servers do not translate where only a worker asks for it.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "rolldown";
import { dts } from "rolldown-plugin-dts";
import { demoModel } from "./vite/demo-model.ts";
import { BundledPackages, npmNotices, renderNotices } from "./vite/notices.ts";
import { defaultRoots } from "./vite/site-files.ts";
import { webllmCatalogue } from "./vite/webllm-catalogue.ts";

const root = import.meta.dirname;
const file = (name: string): string => resolve(root, name);

const { peerDependencies } = JSON.parse(readFileSync(file("package.json"), "utf8")) as {
  peerDependencies: Record<string, string>;
};
/** A package itself, or a file of it. */
const external = Object.keys(peerDependencies).map((name) => new RegExp(`^${name}(/|$)`));

/** Scripts of workers have nothing to export, and a name that the page's modules know. */
const WORKERS = { "engine/npm-worker": "src/engine/npm-worker.ts", "python/worker": "src/python/worker.ts" };
const PAGE = { "lib/index": "src/lib/index.ts", "lib/python": "src/lib/python.ts" };

const files = (entries: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(entries).map(([name, source]) => [name, file(source)]));

/** TypeScript wants to know that importing a worker's script gives nothing. */
function emptyTypes(names: readonly string[]): Plugin {
  return {
    name: "empty-types",
    generateBundle() {
      for (const name of names) {
        this.emitFile({ type: "asset", fileName: `${name}.d.ts`, source: "export {};\n" });
      }
    },
  };
}

const bundled = new BundledPackages();

/** The licences of what goes in. */
function notices(): Plugin {
  return {
    name: "notices",
    generateBundle() {
      const source = renderNotices("This package", [
        { title: "Bundled npm packages", notices: npmNotices(bundled.folders) },
      ]);
      this.emitFile({ type: "asset", fileName: "THIRD_PARTY_NOTICES.txt", source });
    },
  };
}

export default defineConfig([
  {
    input: files({ ...PAGE, ...WORKERS }),
    external,
    platform: "browser",
    plugins: [
      webllmCatalogue() as Plugin,
      demoModel(defaultRoots(root).model) as Plugin,
      bundled.plugin() as Plugin,
      notices(),
      emptyTypes(Object.keys(WORKERS)),
    ],
    output: {
      dir: file("dist"),
      cleanDir: true,
      preserveModules: true,
      preserveModulesRoot: file("src"),
      // npm packs no folder of that name.
      entryFileNames: ({ name }) => `${name.replace(/^.*node_modules\//, "vendor/")}.js`,
      sourcemap: true,
    },
  },
  {
    input: files(PAGE),
    external,
    plugins: [dts({ emitDtsOnly: true, tsconfig: file("tsconfig.lib.json") })],
    output: { dir: file("dist") },
  },
]);
