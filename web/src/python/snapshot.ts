/**
 * The memory of a Python that was started when the site was built, with everything imported that a session needs:
 * restoring it takes a fraction of a start.
 *
 * It belongs to one exact build of Pyodide, which refuses the memory of another, and to the very wheels it was made
 * with. It is large, so only the copy that the browser keeps for offline use is restored; a first visit never waits
 * for it.
 */
import type { PyodideAPI } from "pyodide";
import type { Versions } from "../protocol/wire";
import type { PlacedModule } from "./side-modules.mjs";

/** What stands in front of the memory, as `vite/make-snapshot.mjs` writes it; the rest lies behind it, in this order. */
export interface SnapshotHead {
  /** Size of the memory. */
  bytes: number;
  /** How many functions the interpreter's table holds. */
  functions: number;
  versions: Versions;
  wheels: MountedWheel[];
  /** Size of what Pyodide itself says of the memory. */
  own: number;
  sideModules: SideModule[];
  /** Where the memory is not empty: places and sizes. */
  runs: [at: number, bytes: number][];
}

/** A wheel from which the interpreter imports as it is, without unpacking. */
export interface MountedWheel {
  name: string;
  /** In the interpreter's files. */
  path: string;
  /** Of the content, in Base64. */
  sha256: string;
}

/** A WebAssembly module, and where Python looks for it. */
export interface SideModule {
  path: string;
  bytes: number;
}

/** A snapshot that was read; what lies beside it is on its way. */
export interface Snapshot {
  head: SnapshotHead;
  /** What Pyodide checks: of which build the memory is. */
  own: Uint8Array;
  /** All that is in it, until it is given back. */
  content: Uint8Array<ArrayBuffer>;
  /** Where in the content the memory begins. */
  memoryAt: number;
  sideModules: PlacedModule[];
  /** Contents of the wheels, in the order of the head's. */
  wheels: Promise<Uint8Array[]>;
}

/** Where the memory, and the wheels beside it, come from. */
export interface SnapshotSources {
  /** The kept copy, unpacked; undefined where the browser has none. */
  kept: () => Promise<Response | undefined>;
  /** Brings a wheel whose content has this hash, in Base64. */
  wheel: (name: string, sha256: string) => Promise<Response>;
}

/**
 * The snapshot as the browser's caches keep it, under this URL, which nobody requests. Beside it lie the wheels under
 * the hashes that they were verified by; one that does not is fetched, and verified.
 */
export function keptSnapshot(url: string, packages: string, fetch_: typeof fetch): SnapshotSources {
  const find = async (key: string): Promise<Response | undefined> =>
    "caches" in globalThis ? caches.match(key) : undefined;
  return {
    kept: () => find(url),
    wheel: async (name, sha256) =>
      (await find(new URL(hexOf(sha256), url).href)) ??
      fetch_(new URL(name, packages), { integrity: `sha256-${sha256}` }),
  };
}

const hexOf = (base64: string): string =>
  Array.from(atob(base64), (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");

/** Null where it cannot be had, and Python has to start the ordinary way. */
export async function openSnapshot(sources: SnapshotSources): Promise<Snapshot | null> {
  try {
    const kept = await sources.kept();
    return kept === undefined ? null : read(new Uint8Array(await kept.arrayBuffer()), sources);
  } catch (error) {
    tellOrdinary(error);
    return null;
  }
}

/**
 * Writes the memory over that of a fresh interpreter, which has touched nothing behind `touched`.
 */
export function fillMemory(memory: Uint8Array, touched: number, { head, content, memoryAt }: Snapshot): void {
  let from = memoryAt;
  let written = 0;
  for (const [at, bytes] of head.runs) {
    memory.fill(0, written, Math.max(written, Math.min(at, touched)));
    memory.set(content.subarray(from, from + bytes), at);
    from += bytes;
    written = at + bytes;
  }
  memory.fill(0, written, Math.max(written, touched));
}

/** Without this, the memory would be there twice for as long as somebody knows of the snapshot. */
export function release({ content: { buffer } }: Snapshot): void {
  structuredClone(buffer, { transfer: [buffer] });
}

export function tellOrdinary(error: unknown): void {
  console.warn("Python starts the ordinary way, since its snapshot does not fit:", error);
}

/** What was drawn from chance when the snapshot was made is drawn again: else every start would draw the same. */
export function drawAgain(pyodide: PyodideAPI): void {
  pyodide.runPython("import random; random.seed()");
}

const LENGTH_BYTES = 4;

function read(content: Uint8Array<ArrayBuffer>, sources: SnapshotSources): Snapshot {
  if (content.length < LENGTH_BYTES) throw new Error("It ends before it begins.");
  let at = LENGTH_BYTES + new DataView(content.buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(content.subarray(LENGTH_BYTES, at))) as SnapshotHead;
  // First its size: nothing is compiled of one that was cut.
  const behindHead = [head.own, ...head.sideModules.map(({ bytes }) => bytes), ...head.runs.map(([, bytes]) => bytes)];
  const whole = behindHead.reduce((sum, bytes) => sum + bytes, at);
  if (content.length !== whole)
    throw new Error(`It has ${String(content.length)} bytes in place of ${String(whole)}.`);
  const take = (bytes: number): Uint8Array<ArrayBuffer> => content.slice(at, (at += bytes));
  const own = take(head.own);
  const sideModules = head.sideModules.map(({ path, bytes }) => ({ path, module: WebAssembly.compile(take(bytes)) }));
  const wheels = Promise.all(head.wheels.map(({ name, sha256 }) => fetchWheel(name, sha256, sources)));
  // Whoever needs one of them hears of its failure; with nobody there, it is not an unhandled rejection.
  for (const part of [wheels, ...sideModules.map(({ module }) => module)]) part.catch(() => undefined);
  return { head, own, content, memoryAt: at, sideModules, wheels };
}

async function fetchWheel(name: string, sha256: string, sources: SnapshotSources): Promise<Uint8Array<ArrayBuffer>> {
  const response = await sources.wheel(name, sha256);
  if (!response.ok) throw new Error(`${name}: HTTP ${String(response.status)}`);
  return new Uint8Array(await response.arrayBuffer());
}
