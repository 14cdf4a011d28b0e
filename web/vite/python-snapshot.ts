/**
 * Python for the application, made ahead: wheels of bytecode, and the memory of a Python that has imported them.
 *
 * Both lie in `build/`, under names that say what they were made of.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type { SiteRoots } from "./site-files.ts";

export const SNAPSHOT_NAME = "python-snapshot.bin.gz";

const PYODIDE_FILES = ["pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide.mjs", "python_stdlib.zip"];
const COMPILER = ["vite/compile-wheels.mjs", "../tools/wheels/bytecode.py"];
const MAKER = [
  "vite/make-snapshot.mjs",
  "vite/memory-runs.mjs",
  "vite/snapshot-environment.mjs",
  "vite/zero-free-memory.mjs",
  "src/python/side-modules.mjs",
];

/** The folder of the compiled wheels, and that of the snapshot. */
export type MadeAhead = Required<Pick<SiteRoots, "bytecode" | "snapshot">>;

/** Makes what is not there; seconds where a wheel has changed. Nothing where there are no wheels yet. */
export function pythonMadeAhead({ web, wheels }: Pick<SiteRoots, "web" | "wheels">): MadeAhead | null {
  if (!existsSync(join(wheels, "pyodide-lock.json"))) return null;
  const pyodide = join(web, "node_modules", "pyodide");
  const scripts = (names: readonly string[]): string[] => names.map((name) => join(web, name));
  const build = resolve(web, "..", "build", "python");
  const sources = [
    ...PYODIDE_FILES.map((name) => join(pyodide, name)),
    ...readdirSync(wheels)
      .filter((name) => name.endsWith(".whl") || name === "pyodide-lock.json")
      .sort()
      .map((name) => join(wheels, name)),
    ...scripts(COMPILER),
  ];
  const bytecode = made(join(build, `wheels-${keyOf(sources)}`), (folder) => {
    run(join(web, "vite", "compile-wheels.mjs"), pyodide, wheels, folder);
  });
  const snapshot = made(join(build, `snapshot-${keyOf([...sources, ...scripts(MAKER)])}`), (folder) => {
    run(join(web, "vite", "make-snapshot.mjs"), pyodide, bytecode, join(folder, SNAPSHOT_NAME));
  });
  return { bytecode, snapshot };
}

/** The folder, which is filled first where it is not there. Two builds at the same time do not read each other's half. */
function made(folder: string, fill: (folder: string) => void): string {
  if (existsSync(folder)) return folder;
  mkdirSync(resolve(folder, ".."), { recursive: true });
  const half = mkdtempSync(`${folder}.`);
  try {
    fill(half);
    renameSync(half, folder);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

function run(script: string, ...given: string[]): void {
  execFileSync(process.execPath, [script, ...given], { stdio: ["ignore", "ignore", "inherit"] });
}

function keyOf(sources: readonly string[]): string {
  const key = createHash("sha256");
  for (const source of sources) key.update(createHash("sha256").update(readFileSync(source)).digest());
  return key.digest("hex").slice(0, 16);
}
