/**
 * Type-checks every global scope on its own: a worker must not use the page's globals, nor the page a worker's.
 * A scope without a source file yet is named, not passed over in silence.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const SCOPES = ["engine", "bridge", "python", "app", "lib", "sw", "test", "node"];
const NO_INPUTS = "TS18003";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

let failed = false;
for (const scope of SCOPES) {
  const run = spawnSync(process.execPath, [tsc, "-p", `tsconfig.${scope}.json`], {
    cwd: root,
    encoding: "utf8",
  });
  const empty = run.stdout.includes(NO_INPUTS);
  const passed = run.status === 0;
  failed ||= !passed && !empty;
  console.log(`${scope}: ${passed ? "ok" : empty ? "no source file" : `failed\n${run.stdout}${run.stderr}`}`);
}
process.exit(failed ? 1 : 0);
