/**
 * Compiles the public wheels for the application's Pyodide: `node compile-wheels.mjs FOLDER_OF_PYODIDE WHEELS TARGET`.
 *
 * Bytecode belongs to one version of Python, so it is Pyodide itself that compiles. Beside the wheels lie a lock file
 * of their own, and `side-modules.json`, which says where in which wheel WebAssembly lies.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

const [pyodideFolder, wheels, target] = argv.slice(2);
if (pyodideFolder === undefined || wheels === undefined || target === undefined)
  throw new Error("Name the folder of Pyodide, the folder of the wheels and the folder to fill.");
const program = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "tools", "wheels", "bytecode.py");
/** What installs other packages is not for the application. */
const LEFT_OUT = ["micropip"];

const { loadPyodide } = await import(pathToFileURL(join(pyodideFolder, "pyodide.mjs")).href);
// The same seed of hashes, the same bytecode.
const pyodide = await loadPyodide({ indexURL: `${pyodideFolder}/`, env: { PYTHONHASHSEED: "0" } });
pyodide.runPython(readFileSync(program, "utf8"));
const compile = pyodide.runPython("lambda given: bytecode_only(given.to_bytes())");
const find = pyodide.runPython("import json\nlambda wheel: json.dumps(list(side_modules(wheel.to_bytes())))");

const lock = JSON.parse(readFileSync(join(wheels, "pyodide-lock.json"), "utf8"));
const sideModules = [];
for (const [name, entry] of Object.entries(lock.packages).sort()) {
  if (LEFT_OUT.includes(name)) {
    delete lock.packages[name];
    continue;
  }
  const made = compile(new Uint8Array(readFileSync(join(wheels, entry.file_name))));
  const content = made.toJs();
  made.destroy();
  entry.file_name = entry.file_name.replace("-py3-none-any.whl", "-cp314-none-any.whl");
  entry.sha256 = createHash("sha256").update(content).digest("hex");
  writeFileSync(join(target, entry.file_name), content);
  for (const module of JSON.parse(find(content))) sideModules.push({ wheel: entry.file_name, ...module });
}
writeFileSync(join(target, "pyodide-lock.json"), `${JSON.stringify(lock, null, 1)}\n`);
writeFileSync(join(target, "side-modules.json"), `${JSON.stringify(sideModules, null, 1)}\n`);
process.exit(0);
