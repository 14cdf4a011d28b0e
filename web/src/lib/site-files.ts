import type { CustomModel } from "../models/custom-model";
import { demoUrls } from "../engine/demo-urls";
import type { PeerSources } from "../engine/peer-sources";
import type { Boot } from "../protocol/wire";

/** Where a page keeps the files that are not bundled, if nothing else is said: beside itself. */
const DEFAULT_SITE = "webllm-provider/";

/** Where Python's files lie. Relative addresses count from the document. */
export interface PythonFiles {
  /** Folder of a built site (`make site`), which holds all of the others under their usual names. */
  site?: URL | string;
  /** Folder of Pyodide's runtime; by default `pyodide/` in the site. */
  pyodide?: URL | string;
  /** Folder of the wheels and their `pyodide-lock.json`; by default `wheels/` in the site. */
  wheels?: URL | string;
}

/** Where the engine's files lie. Relative addresses count from the document. */
export interface EngineFiles {
  /** Folder of a built site (`make site`), which holds all of the others under their usual names. */
  site?: URL | string;
  /** llama.cpp's WebAssembly; by default `engines/wllama.wasm` in the site. Null: never compute on the CPU. */
  wllamaWasm?: URL | string | null;
  /** Folder of the demo model; by default `models/demo/` in the site. Null: leave it out of the catalogue. */
  demo?: URL | string | null;
  /** Models beside those that WebLLM knows; one with a known id takes its place. */
  models?: readonly CustomModel[];
  /** Prompts that one batch may have, up to 1,000; by default 100. */
  batchLimit?: number;
}

/** What the engine's worker is told. */
export function engineSources(files: EngineFiles): PeerSources {
  const site = folder(files.site ?? DEFAULT_SITE, document.baseURI);
  const wasm = files.wllamaWasm === undefined ? new URL("engines/wllama.wasm", site) : files.wllamaWasm;
  const demo = files.demo === undefined ? new URL("models/demo/", site) : files.demo;
  return {
    wllamaWasm: wasm === null ? null : new URL(wasm, document.baseURI).href,
    demo: demo === null ? null : demoUrls(folder(demo, document.baseURI)),
    models: [...(files.models ?? [])],
    batchLimit: files.batchLimit ?? null,
  };
}

/** What Python's worker is told. */
export function pythonUrls(files: PythonFiles): Omit<Boot, "type" | "protocol"> {
  const site = folder(files.site ?? DEFAULT_SITE, document.baseURI);
  const wheels = folder(files.wheels ?? "wheels/", files.wheels === undefined ? site : document.baseURI);
  return {
    pyodide_url: folder(files.pyodide ?? "pyodide/", files.pyodide === undefined ? site : document.baseURI),
    lock_url: new URL("pyodide-lock.json", wheels).href,
    packages_url: wheels,
  };
}

/** An absolute address that ends with a slash, so that names can be appended. */
function folder(address: URL | string, base: string): string {
  const url = new URL(address, base);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url.href;
}
