/**
 * The memory of a started Python, made once for each Pyodide: the application restores it instead of starting anew.
 *
 * It lies in `build/`, under a name that says what it was made of.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const SNAPSHOT_NAME = "python-snapshot.bin.gz";
const MADE_OF = ["make-snapshot.mjs", "snapshot-environment.mjs", "snapshot-modules.json"];
const PYODIDE_FILES = ["pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide.mjs", "python_stdlib.zip"];

/** The folder with the snapshot, which is made first where there is none; takes ten seconds. */
export function pythonSnapshot(web: string): string {
  const pyodide = join(web, "node_modules", "pyodide");
  const sources = [
    ...PYODIDE_FILES.map((name) => join(pyodide, name)),
    ...MADE_OF.map((name) => join(web, "vite", name)),
  ];
  const key = createHash("sha256");
  for (const source of sources) key.update(readFileSync(source));
  const folder = resolve(web, "..", "build", "python-snapshot", key.digest("hex").slice(0, 16));
  const file = join(folder, SNAPSHOT_NAME);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    execFileSync(process.execPath, [join(web, "vite", "make-snapshot.mjs"), pyodide, file], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  return folder;
}
