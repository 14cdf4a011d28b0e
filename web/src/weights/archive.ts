/** One file with many in it: a ZIP without compression, of any size. */
import {
  BlobReader,
  configure,
  type FileEntry,
  TextReader,
  TextWriter,
  ZipReader,
  ZipWriter,
} from "@zip.js/zip.js/lib/zip-core-custom.js";
import { MANIFEST, MOST_FILES, notAnExport } from "./manifest";
import type { GrowingFile } from "./file-store";

// Stored content needs no codec, so no worker and no WebAssembly of the library's own either.
configure({ useWebWorkers: false });

/** More than a list of so many files needs. */
const LONGEST_MANIFEST = 4 * 2 ** 20;

/** One file of an archive that is written. */
export interface Packed {
  path: string;
  content: Blob;
}

/** Writes an archive, its list first. Rejects with the reason of `signal`. */
export async function pack(
  target: GrowingFile,
  manifest: string,
  files: AsyncIterable<Packed>,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const sink = new WritableStream<Uint8Array>({
    write: (piece) => {
      signal.throwIfAborted();
      target.append(piece);
    },
  });
  const zip = new ZipWriter(sink, { level: 0, keepOrder: true, signal });
  await zip.add(MANIFEST, new TextReader(manifest));
  for await (const { path, content } of files) {
    let told = 0;
    const onprogress = (done: number): undefined => {
      onBytes(done - told);
      told = done;
    };
    await zip.add(path, new BlobReader(content), { onprogress });
  }
  await zip.close();
}

/** An archive that is read: what is in it, by path. Throws `integrity_failed` for what no export looks like. */
export class Archive {
  private constructor(
    readonly manifest: string,
    /** Without the list. */
    readonly sizes: ReadonlyMap<string, number>,
    private readonly entries: ReadonlyMap<string, FileEntry>,
  ) {}

  static async open(content: Blob): Promise<Archive> {
    try {
      return await Archive.read(content);
    } catch (raw) {
      if (raw instanceof Error && raw.name === "EngineFailure") throw raw;
      throw notAnExport("it is no archive, or a part of it is missing");
    }
  }

  private static async read(content: Blob): Promise<Archive> {
    const entries = new Map<string, FileEntry>();
    for await (const entry of new ZipReader(new BlobReader(content)).getEntriesGenerator()) {
      if (
        entry.directory ||
        entry.encrypted ||
        entry.compressionMethod !== 0 ||
        entries.has(entry.filename)
      ) {
        throw notAnExport("it was packed by something else");
      }
      // Of what is stored as it is, both sizes are one; a lie about it is found by the hash.
      if (entry.uncompressedSize !== entry.compressedSize)
        throw notAnExport("it was packed by something else");
      entries.set(entry.filename, entry);
      if (entries.size > MOST_FILES + 1) throw notAnExport("it holds too many files");
    }
    const list = entries.get(MANIFEST);
    if (list === undefined || list.uncompressedSize > LONGEST_MANIFEST)
      throw notAnExport("it has no list of files");
    const manifest = await list.getData(new TextWriter());
    entries.delete(MANIFEST);
    const sizes = new Map([...entries].map(([path, { uncompressedSize }]) => [path, uncompressedSize]));
    return new Archive(manifest, sizes, entries);
  }

  /** Streams one file of the archive into `sink`. Rejects with `integrity_failed` where the archive is torn. */
  async stream(path: string, sink: (piece: Uint8Array) => void, signal: AbortSignal): Promise<void> {
    const faults: Error[] = [];
    const target = new WritableStream<Uint8Array>({
      write: (piece) => {
        signal.throwIfAborted();
        try {
          sink(piece);
        } catch (raw) {
          // The library wraps what a target throws.
          faults.push(raw instanceof Error ? raw : new Error(String(raw)));
          throw raw;
        }
      },
    });
    try {
      await this.entries.get(path)?.getData(target, { signal });
    } catch (raw) {
      signal.throwIfAborted();
      throw faults[0] ?? notAnExport(`${path} is torn (${String(raw).slice(0, 200)})`);
    }
  }
}
