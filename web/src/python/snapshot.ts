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

/** What stands in front of the memory, as `vite/make-snapshot.mjs` writes it. */
export interface SnapshotHead {
  /** Size of the memory. */
  bytes: number;
  /** How many functions the interpreter's table holds. */
  functions: number;
  versions: Versions;
  wheels: MountedWheel[];
  sideModules: SideModule[];
}

/** A wheel from which the interpreter imports as it is, without unpacking. */
export interface MountedWheel {
  name: string;
  /** In the interpreter's files. */
  path: string;
  /** Of the content, in Base64. */
  sha256: string;
}

/** Where a WebAssembly module lies in its wheel, raw deflated, and where Python looks for it. */
export interface SideModule {
  path: string;
  wheel: string;
  offset: number;
  size: number;
}

/** A snapshot on its way: what it consists of arrives side by side. */
export interface Snapshot {
  head: SnapshotHead;
  /** Filled once `whole` resolves. */
  memory: Uint8Array;
  whole: Promise<void>;
  sideModules: PlacedModule[];
  /** Contents of the wheels, in the order of the head's. */
  wheels: Promise<Uint8Array[]>;
}

/** Where the memory, and the wheels beside it, come from. */
export interface SnapshotSources {
  /** The kept copy; undefined where the browser has none. */
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
    const packed = (await sources.kept())?.body;
    return packed === undefined || packed === null ? null : await read(packed, sources);
  } catch (error) {
    tellOrdinary(error);
    return null;
  }
}

export function tellOrdinary(error: unknown): void {
  console.warn("Python starts the ordinary way, since its snapshot does not fit:", error);
}

/** What was drawn from chance when the snapshot was made is drawn again: else every start would draw the same. */
export function drawAgain(pyodide: PyodideAPI): void {
  pyodide.runPython("import random; random.seed()");
}

async function read(packed: ReadableStream<BufferSource>, sources: SnapshotSources): Promise<Snapshot> {
  const pieces = packed.pipeThrough(new DecompressionStream("gzip")).getReader();
  const { head, rest } = await readHead(pieces);
  const memory = new Uint8Array(head.bytes);
  const wheels = head.wheels.map(({ name, sha256 }) => fetchWheel(name, sha256, sources));
  const snapshot: Snapshot = {
    head,
    memory,
    whole: fill(memory, rest, pieces),
    wheels: Promise.all(wheels),
    sideModules: head.sideModules.map((side) => ({
      path: side.path,
      module: compile(side, wheels[head.wheels.findIndex(({ name }) => name === side.wheel)]),
    })),
  };
  // Whoever needs one of them hears of its failure; with nobody there, it is not an unhandled rejection.
  for (const part of [snapshot.whole, snapshot.wheels, ...snapshot.sideModules.map(({ module }) => module)]) {
    part.catch(() => undefined);
  }
  return snapshot;
}

type Pieces = ReadableStreamDefaultReader<Uint8Array>;

const LENGTH_BYTES = 4;

async function readHead(pieces: Pieces): Promise<{ head: SnapshotHead; rest: Uint8Array }> {
  let seen = new Uint8Array();
  for (;;) {
    const end = seen.length < LENGTH_BYTES ? Infinity : LENGTH_BYTES + new DataView(seen.buffer).getUint32(0, true);
    if (seen.length >= end) {
      const text = new TextDecoder().decode(seen.subarray(LENGTH_BYTES, end));
      return { head: JSON.parse(text) as SnapshotHead, rest: seen.subarray(end) };
    }
    const { value } = await pieces.read();
    if (value === undefined) throw new Error("It ends before it begins.");
    const longer = new Uint8Array(seen.length + value.length);
    longer.set(seen);
    longer.set(value, seen.length);
    seen = longer;
  }
}

async function fill(memory: Uint8Array, first: Uint8Array, pieces: Pieces): Promise<void> {
  let at = 0;
  for (let piece: Uint8Array | undefined = first; piece !== undefined; piece = (await pieces.read()).value) {
    memory.set(piece, at);
    at += piece.length;
  }
  if (at !== memory.length) throw new Error(`It has ${String(at)} bytes in place of ${String(memory.length)}.`);
}

async function fetchWheel(name: string, sha256: string, sources: SnapshotSources): Promise<Uint8Array<ArrayBuffer>> {
  const response = await sources.wheel(name, sha256);
  if (!response.ok) throw new Error(`${name}: HTTP ${String(response.status)}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function compile(
  { wheel, offset, size }: SideModule,
  content: Promise<Uint8Array<ArrayBuffer>> | undefined,
): Promise<WebAssembly.Module> {
  if (content === undefined) throw new Error(`It does not say where ${wheel} comes from.`);
  const packed = new Blob([(await content).subarray(offset, offset + size)]).stream();
  const headers = { "Content-Type": "application/wasm" };
  return WebAssembly.compileStreaming(
    new Response(packed.pipeThrough(new DecompressionStream("deflate-raw")), { headers }),
  );
}
