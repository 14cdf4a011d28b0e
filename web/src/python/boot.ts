/** Boots Pyodide from the site's own files and makes Amplifier sessions; anything missing is an error that names it. */
import type { PyodideAPI } from "pyodide";
import type { PyProxy } from "pyodide/ffi";
import type { Boot, BootStage, PythonMessage, Versions } from "../protocol/wire";
import { fileName, MissingFile } from "./failure";
import { type PreparedStart, prepareStart, startInterpreter } from "./interpreter";
import { mark } from "./marks";
import { loadPackages } from "./packages";
import { createSessions, type PythonSessions } from "./sessions";
import { StartDownload } from "./start-download";
import { watchFetch } from "./watched-fetch";

const PACKAGES = ["webllm-provider", "amplifier-core"];

// Where each stage begins and what it takes of the whole start, as measured.
const SHARES = { interpreter: [0, 0.6], packages: [0.6, 0.25], import: [0.85, 0.15] } as const;
// The lock file, the standard library and the interpreter; scripts are imported, not fetched.
const INTERPRETER_FETCHES = 4;
const INTERPRETER_FILES = ["pyodide.asm.wasm", "python_stdlib.zip"];
/** Bytes are told of no more often than this. */
const TELL_MS = 100;

export interface BootedPython {
  sessions: PythonSessions;
  versions: Versions;
  pyodide: PyodideAPI;
}

/** Takes what the page is told: what Python itself says as the JSON text that it wrote, and is read where it arrives. */
export type Emit = (message: PythonMessage | string) => void;

/**
 * Start Python, from what has been prepared if there is something; rejects with an error that `pythonFailed` turns into
 * a sentence.
 */
export async function bootPython(boot: Boot, emit: Emit, ahead?: PreparedStart): Promise<BootedPython> {
  const progress = new BootProgress(emit, () => performance.now());
  // What the start can do without is fetched past the watch.
  const prepared = ahead ?? prepareStart(boot, globalThis.fetch.bind(globalThis));
  const watch = watchFetch(globalThis, (url) => progress.fileCame(url));
  try {
    return await Promise.race([start(boot, progress, emit, prepared), watch.failure]);
  } finally {
    watch.end();
  }
}

async function start(
  boot: Boot,
  progress: BootProgress,
  emit: Emit,
  prepared: PreparedStart,
): Promise<BootedPython> {
  progress.interpreter();
  const locked = fetchLock(boot.lock_url);
  const { pyodide, restored, versions } = await startInterpreter(
    boot,
    locked.then(({ text }) => text),
    prepared,
    () => {
      const download = progress.download(boot.file_bytes ?? {});
      const expect = ({ lock }: Locked): void => {
        download.expect([...INTERPRETER_FILES, ...filesNeeded(lock)]);
      };
      // Without the lock file there is no start, which says so itself.
      locked.then(expect, () => undefined);
    },
  );
  if (!restored) {
    progress.packages(filesNeeded((await locked).lock).length);
    await loadPackages(pyodide, PACKAGES);
  }
  mark("interpreter started");
  progress.importing();
  const module = pyodide.pyimport("webllm_provider.session.worker") as PyProxy;
  const sessions = createSessions(module, emit);
  const booted = { sessions, versions: versions ?? readVersions(pyodide), pyodide };
  mark("ready");
  return booted;
}

interface Lock {
  packages: Record<string, { depends: string[]; file_name: string } | undefined>;
}

interface Locked {
  text: string;
  lock: Lock;
}

/** The lock file by our own hands: Pyodide would not say which file is no JSON. */
async function fetchLock(url: string): Promise<Locked> {
  const response = await fetch(url);
  const text = await response.text();
  try {
    return { text, lock: JSON.parse(text) as Lock };
  } catch (error) {
    throw new MissingFile(url, "what came in its place is no JSON", { cause: error });
  }
}

/** The wheels that will come: of the packages asked for and, by the lock file, of what they depend on. */
function filesNeeded({ packages }: Lock): string[] {
  const needed = new Set<string>();
  const add = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    packages[name]?.depends.forEach(add);
  };
  PACKAGES.forEach(add);
  return [...needed].map((name) => packages[name]?.file_name ?? name);
}

function readVersions(pyodide: PyodideAPI): Versions {
  const metadata = pyodide.pyimport("importlib.metadata") as PyProxy & { version(name: string): string };
  const platform = pyodide.pyimport("platform") as PyProxy & { python_version(): string };
  try {
    return {
      python: platform.python_version(),
      pyodide: pyodide.version,
      amplifier_core: metadata.version("amplifier-core"),
      webllm_provider: metadata.version("webllm-provider"),
    };
  } finally {
    metadata.destroy();
    platform.destroy();
  }
}

/** Progress over the whole start, told by stage, by the files that came and, in an ordinary start, by their bytes. */
export class BootProgress {
  #stage: BootStage = "interpreter";
  #arrived = 0;
  #expected: number = INTERPRETER_FETCHES;
  #download: StartDownload | null = null;
  #text = "";
  #told = -Infinity;

  constructor(
    private readonly emit: (message: PythonMessage) => void,
    private readonly now: () => number,
  ) {}

  interpreter(): void {
    this.#tell("");
  }

  /** From now on everything is downloaded: bytes count. */
  download(sizes: Readonly<Record<string, number>>): StartDownload {
    this.#download = new StartDownload(sizes, this.now);
    return this.#download;
  }

  packages(expected: number): void {
    this.#enter("packages", expected);
  }

  importing(): void {
    this.#download = null;
    this.#enter("import", 1);
  }

  /** Who counts the bytes of this file; undefined where they do not matter. */
  fileCame(url: string): ((bytes: number) => void) | undefined {
    this.#arrived += 1;
    this.#tell(this.#stage === "packages" ? packageName(url) : "");
    const download = this.#download;
    if (download === null) return undefined;
    return (bytes) => {
      download.arrived(bytes);
      if (this.now() - this.#told >= TELL_MS) this.#tell(this.#text);
    };
  }

  #enter(stage: BootStage, expected: number): void {
    this.#stage = stage;
    this.#arrived = 0;
    this.#expected = expected;
    this.#tell("");
  }

  #tell(text: string): void {
    this.#text = text;
    this.#told = this.now();
    const [from, share] = SHARES[this.#stage];
    const done = Math.min(this.#arrived / Math.max(this.#expected, 1), 1);
    const fraction = from + share * done;
    this.emit({ type: "booting", stage: this.#stage, fraction, text, ...this.#download?.figures });
  }
}

function packageName(url: string): string {
  return fileName(url).split("-", 1)[0] ?? "";
}
