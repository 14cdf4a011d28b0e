/** Starts the interpreter: from the site's snapshot where there is one that fits, else the ordinary way. */
import type { loadPyodide as LoadPyodide, PyodideAPI } from "pyodide";
import type { Boot } from "../protocol/wire";
import { drawAgain, fetchSnapshot } from "./snapshot";

/** `_loadSnapshot` is an option of Pyodide that its types do not name. */
type Options = NonNullable<Parameters<typeof LoadPyodide>[0]> & {
  _loadSnapshot?: Promise<Uint8Array> | Uint8Array;
};
type Load = (options: Options) => Promise<PyodideAPI>;

/** `lock` is the text of the lock file; `fetch_` brings the snapshot, whose absence is no failure. */
export async function startInterpreter(boot: Boot, lock: string, fetch_: typeof fetch): Promise<PyodideAPI> {
  const snapshot = boot.snapshot_url === undefined ? null : fetchSnapshot(boot.snapshot_url, fetch_);
  refuseImportScripts();
  const loader = new URL("pyodide.mjs", boot.pyodide_url).href;
  // Not bundled: it finds its other files beside itself.
  const { loadPyodide } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ loader)) as {
    loadPyodide: Load;
  };
  const options: Options = {
    indexURL: boot.pyodide_url,
    lockFileContents: lock,
    packageBaseUrl: boot.packages_url,
    // Bytecode would be written to a file system that is gone with the worker. The snapshot has the same environment.
    env: { PYTHONDONTWRITEBYTECODE: "1" },
  };
  return startFrom(await snapshot, loadPyodide, options);
}

/** From the memory of a started one; the ordinary way where there is none, or it does not fit. */
export async function startFrom(
  memory: Uint8Array | null,
  loadPyodide: Load,
  options: Options,
): Promise<PyodideAPI> {
  return (memory === null ? null : await restored(loadPyodide, options, memory)) ?? loadPyodide(options);
}

/** Null where the memory does not fit: it is of another Pyodide, or damaged. */
async function restored(
  loadPyodide: Load,
  options: Options,
  memory: Uint8Array,
): Promise<PyodideAPI | null> {
  try {
    const pyodide = await loadPyodide({ ...options, _loadSnapshot: memory });
    drawAgain(pyodide);
    return pyodide;
  } catch (error) {
    console.warn("Python starts the ordinary way, since its snapshot does not fit:", error);
    return null;
  }
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
