/**
 * Starts Pyodide, imports everything that a session needs, and writes the interpreter's memory, gzipped:
 * `node make-snapshot.mjs FOLDER_OF_PYODIDE COMPILED_WHEELS FILE`.
 *
 * Side modules are part of it: they are placed before Python itself starts, so that they lie at the same addresses in
 * every interpreter that places them in the same way. In front of the memory stands what one needs to restore it: a
 * length (four bytes, little endian), a JSON text (`SnapshotHead` in `src/python/snapshot.ts`) and what that names.
 */
import crypto, { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { gzipSync, inflateRawSync } from "node:zlib";
import { placeSideModules } from "../src/python/side-modules.mjs";
import { SNAPSHOT_ENVIRONMENT } from "./snapshot-environment.mjs";
import { runsOf } from "./memory-runs.mjs";
import { zeroFreeMemory } from "./zero-free-memory.mjs";

const [pyodideFolder, wheelFolder, target] = argv.slice(2);
if (pyodideFolder === undefined || wheelFolder === undefined || target === undefined)
  throw new Error("Name the folder of Pyodide, the folder of the compiled wheels and the file.");
/** Where the restored interpreter finds the wheels: it imports from them as they are, without unpacking. */
const MOUNTED = "/lib/wheels";
const PACKAGES = ["webllm-provider", "amplifier-core"];
const WORKER = "webllm_provider.session.worker";

const lock = readFileSync(join(wheelFolder, "pyodide-lock.json"), "utf8");
/** @type {{ packages: Record<string, { depends: string[], file_name: string }> }} */
const { packages } = JSON.parse(lock);
const names = needed();
/** @type {{ wheel: string, path: string, offset: number, size: number }[]} */
const allSideModules = JSON.parse(readFileSync(join(wheelFolder, "side-modules.json"), "utf8"));
const sideModules = allSideModules.filter(({ wheel }) => names.includes(wheel));

/** The files of the packages and of what they depend on. */
function needed() {
  const found = new Set(PACKAGES);
  // What is added while it is walked through is walked through too.
  for (const name of found) packages[name]?.depends.forEach((one) => found.add(one));
  return [...found].map((name) => packages[name]?.file_name ?? name).sort();
}

// Two builds are the same: no clock, no chance, and no path of this machine in the memory. `random` is seeded anew
// where the snapshot is restored.
Date.now = () => 0;
performance.now = () => 0;
crypto.randomFillSync = (bytes) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).fill(0) && bytes;
process.argv[1] = "python";

/** @param {string} name */
const read = (name) => new Uint8Array(readFileSync(join(wheelFolder, name)));
const placed = sideModules.map(({ path, wheel, offset, size }) => {
  const content = inflateRawSync(read(wheel).subarray(offset, offset + size));
  return { path, content, module: WebAssembly.compile(content) };
});
const { default: createPyodideModule } = await import(
  pathToFileURL(join(pyodideFolder, "pyodide.asm.mjs")).href
);
const { loadPyodide } = await import(pathToFileURL(join(pyodideFolder, "pyodide.mjs")).href);
const pyodide = await loadPyodide({
  indexURL: `${pyodideFolder}/`,
  lockFileContents: lock,
  env: SNAPSHOT_ENVIRONMENT,
  _makeSnapshot: true,
  /** @param {import("../src/python/side-modules.mjs").EmscriptenSettings} settings */
  createPyodideModule: (settings) => placeSideModules(settings, placed, createPyodideModule),
});

pyodide.FS.mkdirTree(MOUNTED);
const wheels = names.map((name) => ({ name, path: `${MOUNTED}/${name}`, content: read(name) }));
for (const { path, content } of wheels) pyodide.FS.writeFile(path, content);
// A package with a side module must lie in a folder; the module itself has been placed.
for (const { path } of sideModules) {
  pyodide.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
  pyodide.FS.writeFile(path, new Uint8Array());
}
pyodide.runPython(`
import gc, importlib, random, sys, zipfile
def mount(wheel, unpacked):
    if unpacked:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall("/lib/python3.14/site-packages",
                               [name for name in archive.namelist() if not name.endswith(".so")])
    else:
        sys.path.append(wheel)
`);
const mount = pyodide.globals.get("mount");
for (const { name, path } of wheels)
  mount(
    path,
    sideModules.some(({ wheel }) => wheel === name),
  );
mount.destroy();
pyodide.runPython(`
del mount
importlib.invalidate_caches()
import ${WORKER}
import platform, pkgutil, webllm_provider.session
# What the first session would import: its loop, its tools, its hooks.
for module in pkgutil.walk_packages(webllm_provider.session.__path__, "webllm_provider.session."):
    importlib.import_module(module.name)
for name in ("correlation", "_async_compat", "_session_exec", "_session_init"):
    importlib.import_module(f"amplifier_core.{name}")
del module, name
random.seed(0)
gc.collect()
`);
// Read once, here: a start would search the wheels for them.
const versions = JSON.parse(
  pyodide.runPython(`
import importlib.metadata, json
json.dumps({"python": platform.python_version(), "amplifier_core": importlib.metadata.version("amplifier-core"),
            "webllm_provider": importlib.metadata.version("webllm-provider")})
`),
);
pyodide.runPython("gc.collect()");
zeroFreeMemory(pyodide._module);
const whole = pyodide.makeMemorySnapshot();
// In front of the memory stands what Pyodide itself says of it; what lies behind the end of the heap is empty.
const own = new DataView(whole.buffer, whole.byteOffset).getUint32(4, true);
const memory = whole.subarray(own, own + pyodide._module._sbrk(0));
const runs = runsOf(memory);
/** @param {Uint8Array} content */
const sha256 = (content) => createHash("sha256").update(content).digest("base64");
const head = new TextEncoder().encode(
  JSON.stringify({
    bytes: memory.length,
    functions: pyodide._module.wasmTable.length,
    versions: { ...versions, pyodide: pyodide.version },
    wheels: wheels.map(({ name, path, content }) => ({ name, path, sha256: sha256(content) })),
    own,
    sideModules: placed.map(({ path, content }) => ({ path, bytes: content.length })),
    runs,
  }),
);
const length = new Uint8Array(4);
new DataView(length.buffer).setUint32(0, head.length, true);
const parts = [
  length,
  head,
  whole.subarray(0, own),
  ...placed.map(({ content }) => content),
  ...runs.map(([at, bytes]) => memory.subarray(at, at + bytes)),
];
writeFileSync(target, gzipSync(Buffer.concat(parts), { level: 9 }));
process.exit(0);
