/**
 * Starts Pyodide, imports what every start of the application imports of the standard library, and writes the
 * interpreter's memory, gzipped: `node make-snapshot.mjs FOLDER_OF_PYODIDE FILE`.
 *
 * Packages are not in it: their side modules grow the memory, and such a snapshot cannot be restored.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { SNAPSHOT_ENVIRONMENT } from "./snapshot-environment.mjs";

const [pyodideFolder, target] = argv.slice(2);
if (pyodideFolder === undefined || target === undefined)
  throw new Error("Name the folder of Pyodide and the file.");
const modules = JSON.parse(
  readFileSync(join(dirname(fileURLToPath(import.meta.url)), "snapshot-modules.json"), "utf8"),
);

// Two builds are the same: no clock, no chance, and no path of this machine in the memory. `random` is seeded anew
// where the snapshot is restored.
Date.now = () => 0;
performance.now = () => 0;
process.argv[1] = "python";

const { loadPyodide } = await import(pathToFileURL(join(pyodideFolder, "pyodide.mjs")).href);
const pyodide = await loadPyodide({
  indexURL: `${pyodideFolder}/`,
  env: SNAPSHOT_ENVIRONMENT,
  _makeSnapshot: true,
});
for (const name of modules) pyodide.pyimport(name).destroy();
pyodide.runPython("import random; random.seed(0)");
const snapshot = pyodide.makeMemorySnapshot();
// A name of its own first: two builds at the same time do not read each other's half.
const written = `${target}.${process.pid}`;
writeFileSync(written, gzipSync(snapshot, { level: 9 }));
renameSync(written, target);
process.exit(0);
