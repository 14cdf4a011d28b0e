/**
 * What the site carries beside its own code, and where each file comes from.
 *
 * One list for the build, which copies, and for the development server, which serves the same paths.
 */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { ENGINE_FILES, installedFile } from "./pinned-engines.ts";

/** A file of the site: its path in the site, and the file it is made from. */
export interface SiteFile {
  path: string;
  source: string;
}

/** The parts that other builds make: a site without them is not a site. */
export class MissingPart extends Error {
  override name = "MissingPart";

  constructor(what: string, path: string, todo: string) {
    super(`The site needs ${what}, and ${path} does not hold it. ${todo}`);
  }
}

export interface SiteRoots {
  /** The folder of this half: `web/`. */
  web: string;
  /** Wheels and lock file, as `build_wheel.sh` leaves them. */
  wheels: string;
  /** The demo model's artefacts. */
  model: string;
  /** The wheels as the application loads them, compiled; a site without them loads the public ones. */
  bytecode?: string;
  /** The memory of a started Python; a site without it starts Python the ordinary way. */
  snapshot?: string;
}

export function defaultRoots(web: string): SiteRoots {
  const repository = resolve(web, "..");
  return {
    web,
    wheels: join(repository, "dist", "wheels"),
    model: join(repository, "models", "demo", "artifacts"),
  };
}

// The application boots from wheels/pyodide-lock.json; the distribution's own lock is for other people's pages.
const PYODIDE_FILES = [
  "pyodide.mjs",
  "pyodide.asm.mjs",
  "pyodide.asm.wasm",
  "python_stdlib.zip",
  "pyodide-lock.json",
];

/** The folders of the site that are carried under stable names, and how each is filled. */
export const carriedFolders: Record<string, (roots: SiteRoots) => SiteFile[]> = {
  pyodide: ({ web }) => pyodideFiles(web),
  engines: ({ web }) => engineFiles(web),
  wheels: ({ wheels }) => wheelFiles(wheels),
  models: ({ model }) => modelFiles(model),
  bytecode: ({ bytecode, wheels }) =>
    bytecode === undefined ? below(wheels, "bytecode") : below(bytecode, "bytecode"),
  snapshot: ({ snapshot }) => (snapshot === undefined ? [] : below(snapshot, "snapshot")),
};

/** What only the application itself reads: it lies under no stable name. */
const OWN = ["bytecode", "snapshot"];

/** Every file that the site carries under a stable name, for other people's pages. Throws `MissingPart` where a part has not been made. */
export function siteFiles(roots: SiteRoots): SiteFile[] {
  return Object.entries(carriedFolders).flatMap(([name, fill]) => (OWN.includes(name) ? [] : fill(roots)));
}

/** The file for one path of the site; undefined where the site carries none. Throws `MissingPart` for its part. */
export function siteFile(roots: SiteRoots, path: string): SiteFile | undefined {
  const part = path.split("/", 1)[0] ?? "";
  return carriedFolders[part]?.(roots).find((file) => file.path === path);
}

function pyodideFiles(web: string): SiteFile[] {
  const folder = join(web, "node_modules", "pyodide");
  return PYODIDE_FILES.map((name) => ({
    path: `pyodide/${name}`,
    source: existing(join(folder, name), `Pyodide's ${name}`, "Run `npm ci` in web/ first."),
  }));
}

/** The files that a page with the Python package loads, and the list of their versions and hashes. */
function engineFiles(web: string): SiteFile[] {
  const pins = resolve(web, "..", "webllm_provider", "_engine", "engines.json");
  return [
    ...ENGINE_FILES.map((file) => ({
      path: `engines/${file.name}`,
      source: existing(installedFile(web, file), `the engine's ${file.name}`, "Run `npm ci` in web/ first."),
    })),
    {
      path: "engines/engines.json",
      source: existing(pins, "the versions of the engines", "Run ./build_wheel.sh first."),
    },
  ];
}

function wheelFiles(folder: string): SiteFile[] {
  const todo = "Run ./build_wheel.sh first.";
  existing(join(folder, "pyodide-lock.json"), "the wheels and their pyodide-lock.json", todo);
  return below(folder, "wheels");
}

/** WebLLM asks for `<model>/resolve/main/<file>`, so its files are laid out the way it asks for them. */
function modelFiles(folder: string): SiteFile[] {
  const todo = "Check out models/demo/artifacts, or run `make demo-model`.";
  const webllm = join(folder, "webllm");
  existing(join(webllm, "mlc-chat-config.json"), "the demo model", todo);
  // What else lies there is for the tests: answers, reference logits.
  const beside = ["demo.gguf", "manifest.json"].map((name) => ({
    path: `models/demo/${name}`,
    source: existing(join(folder, name), `the demo model's ${name}`, todo),
  }));
  return [...below(webllm, "models/demo/webllm/resolve/main"), ...beside];
}

function below(folder: string, prefix: string): SiteFile[] {
  return filesBelow(folder).map((source) => ({
    path: `${prefix}/${source.slice(folder.length + 1).replaceAll("\\", "/")}`,
    source,
  }));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function existing(path: string, what: string, todo: string): string {
  if (!existsSync(path)) throw new MissingPart(what, path, todo);
  return path;
}
