/** Starts the interpreter: from the kept snapshot where there is one that fits, else the ordinary way. */
import type { loadPyodide as LoadPyodide, PyodideAPI } from "pyodide";
import type { Boot, Versions } from "../protocol/wire";
import { placeSideModules, type CreateModule, type EmscriptenModule } from "./side-modules.mjs";
import { mark } from "./marks";
import { drawAgain, fillMemory, keptSnapshot, openSnapshot, release, tellOrdinary, type Snapshot } from "./snapshot";
import { readZoneAgain } from "./time-zone";
import { type CompiledAhead, watchInstantiation } from "./watched-instantiation";

type Options = NonNullable<Parameters<typeof LoadPyodide>[0]>;

/** Pyodide's two scripts, as far as they are called here. */
export interface PyodideScripts {
  loadPyodide: (options: Options) => Promise<PyodideAPI>;
  createPyodideModule: CreateModule;
}

/** Emscripten's file system, as far as it is used here. */
interface Files {
  mkdirTree(path: string): void;
  writeFile(path: string, content: Uint8Array): void;
}

export interface Started {
  pyodide: PyodideAPI;
  /** Whether it came from a snapshot: then its packages are there. */
  restored: boolean;
  /** As the snapshot knows them. */
  versions: Versions | null;
}

/** Where what a start needs lies. */
export type StartUrls = Pick<Boot, "pyodide_url" | "packages_url" | "snapshot_url">;

/** What every start needs, whoever asks for it then: on its way. */
export interface PreparedStart {
  scripts: Promise<PyodideScripts>;
  /** Null where Python has to start the ordinary way. */
  snapshot: Promise<Snapshot | null>;
  /** Null in an ordinary start, which tells how far it has come with its files. */
  compiled: Promise<CompiledAhead | null>;
}

/**
 * Begins a start: everything is read, unpacked and compiled side by side. `fetch_` brings what belongs to the
 * snapshot, whose absence is no failure.
 */
export function prepareStart(urls: StartUrls, fetch_: typeof fetch): PreparedStart {
  mark("asked to prepare");
  refuseImportScripts();
  const scripts = importScriptsOf(urls.pyodide_url);
  const { snapshot_url: url } = urls;
  const sources = url === undefined ? null : keptSnapshot(url, urls.packages_url, fetch_);
  const kept = sources === null ? Promise.resolve(undefined) : sources.kept();
  const prepared = {
    scripts,
    snapshot: sources === null ? Promise.resolve(null) : openSnapshot({ ...sources, kept: () => kept }),
    compiled: kept.then((found) => (found === undefined ? null : compileAhead(urls.pyodide_url, fetch_))),
  };
  // Whoever starts from it hears of a failure; until then it is not an unhandled rejection.
  for (const part of Object.values(prepared)) part.catch(() => undefined);
  return prepared;
}

function compileAhead(folder: string, fetch_: typeof fetch): CompiledAhead {
  const { href } = new URL("pyodide.asm.wasm", folder);
  const module = WebAssembly.compileStreaming(fetch_(href));
  module.then(
    () => {
      mark("interpreter compiled");
    },
    () => undefined,
  );
  return { url: href, module };
}

/**
 * `lock` is the text of the lock file. `onOrdinary` is called before an ordinary start, which downloads everything.
 */
export async function startInterpreter(
  boot: Boot,
  lock: Promise<string>,
  prepared: PreparedStart,
  onOrdinary: () => void,
): Promise<Started> {
  const options: Options = {
    indexURL: boot.pyodide_url,
    lockFileContents: lock,
    packageBaseUrl: boot.packages_url,
    // Bytecode would be written to a file system that is gone with the worker. The snapshot has the same environment.
    env: { PYTHONDONTWRITEBYTECODE: "1" },
  };
  const snapshot = await prepared.snapshot;
  mark("snapshot opened");
  const compiled = snapshot === null ? null : await prepared.compiled;
  return startFrom(snapshot, await prepared.scripts, options, compiled, onOrdinary);
}

/** From the memory of a started one; the ordinary way where there is none, or it does not fit. */
export async function startFrom(
  snapshot: Snapshot | null,
  scripts: PyodideScripts,
  options: Options,
  compiled: CompiledAhead | null = null,
  onOrdinary: () => void = () => undefined,
): Promise<Started> {
  if (snapshot !== null) {
    try {
      const pyodide = await restore(snapshot, scripts, options, compiled);
      return { pyodide, restored: true, versions: snapshot.head.versions };
    } catch (error) {
      tellOrdinary(error);
    } finally {
      release(snapshot);
    }
  }
  onOrdinary();
  return { pyodide: await load(scripts, options), restored: false, versions: null };
}

/** Pyodide itself would wait for ever for an interpreter that does not come to life. */
async function load(
  { loadPyodide }: PyodideScripts,
  options: Options,
  compiled: CompiledAhead | null = null,
): Promise<PyodideAPI> {
  const watch = watchInstantiation(globalThis, compiled);
  try {
    return await Promise.race([loadPyodide(options), watch.failure]);
  } finally {
    watch.end();
  }
}

/** Rejects where the memory does not fit: it is of another Pyodide, or damaged. */
async function restore(
  snapshot: Snapshot,
  scripts: PyodideScripts,
  options: Options,
  compiled: CompiledAhead | null,
): Promise<PyodideAPI> {
  const restoring: Options = {
    ...options,
    // No more of it than what is checked; the memory itself has been written when that is.
    _loadSnapshot: snapshot.own,
    createPyodideModule: (async (settings: Parameters<CreateModule>[0]) => {
      const module = await placeSideModules(settings, snapshot.sideModules, scripts.createPyodideModule);
      mark("side modules placed");
      writeMemory(module, snapshot);
      mark("memory written");
      return module;
    }) as unknown as NonNullable<Options["createPyodideModule"]>,
  };
  const pyodide = await load(scripts, restoring, compiled);
  mark("memory restored");
  const contents = await snapshot.wheels;
  const { FS: files } = pyodide as unknown as { FS: Files };
  snapshot.head.wheels.forEach(({ path }, index) => {
    files.mkdirTree(path.slice(0, path.lastIndexOf("/")));
    files.writeFile(path, contents[index] ?? new Uint8Array());
  });
  drawAgain(pyodide);
  readZoneAgain(pyodide);
  return pyodide;
}

/** A fresh interpreter is smaller than one that has imported. */
function writeMemory(module: EmscriptenModule, snapshot: Snapshot): void {
  const { functions, bytes } = snapshot.head;
  const { length } = module.wasmTable;
  if (length !== functions)
    throw new Error(`Its functions are ${String(functions)}, and here are ${String(length)}.`);
  if (module.HEAP8.length < bytes && !module._emscripten_resize_heap(bytes))
    throw new Error(`There is no room for its ${String(bytes)} bytes.`);
  const memory = new Uint8Array(module.HEAP8.buffer);
  const words = new DataView(memory.buffer);
  // Calls into C go through a trampoline that this engine may know a faster one for than the one that the snapshot was
  // made by: its address stays.
  const { __PyRuntime: state, __PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET: place } = module;
  const trampoline = state + words.getInt32(place, true);
  const address = words.getInt32(trampoline, true);
  fillMemory(memory, module._sbrk(0), snapshot);
  words.setInt32(trampoline, address, true);
}

/** Not bundled: they find their other files beside themselves. */
async function importScriptsOf(folder: string): Promise<PyodideScripts> {
  const load = <T>(name: string): Promise<T> =>
    import(/* @vite-ignore */ /* webpackIgnore: true */ new URL(name, folder).href) as Promise<T>;
  const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all([
    load<Pick<PyodideScripts, "loadPyodide">>("pyodide.mjs"),
    load<{ default: CreateModule }>("pyodide.asm.mjs"),
  ]);
  mark("scripts loaded");
  return { loadPyodide, createPyodideModule };
}

/**
 * In a module worker this function is there, and only ever throws: by trying it Pyodide finds out where it runs.
 * Where Trusted Types are on, the platform's own would first report the try as a breach of the page's policy.
 */
function refuseImportScripts(): void {
  Object.defineProperty(globalThis, "importScripts", {
    configurable: true,
    value: () => {
      throw new TypeError("A module worker imports modules.");
    },
  });
}
