/** Brings the files of one model that are not here. The model's lock is held meanwhile. */
import type { EventDetails } from "../engine/journal";
import { bytesOf, isIndex, type ModelFile } from "./files";
import type { GrowingFile } from "./file-store";
import { inspect, notGenuine, readsAsJson, type Verdict } from "./inspect";
import { fileNameOf, type Ledger } from "./ledger";
import type { Parts } from "./parts";
import { type FetchReport, Tally } from "./progress";
import type { Shelves } from "./shelves";
import { transfer } from "./transfer";

/** Files on their way at once. */
const AT_ONCE = 4;
/** A file that comes wrong this often is wrong where it comes from. */
const TRIES = 2;

export interface BringOptions {
  signal: AbortSignal;
  report: (report: FetchReport) => void;
}

export class Bringer {
  private shelving: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly parts: Parts,
    private readonly shelves: Shelves,
    private readonly ledger: Ledger,
    private readonly options: BringOptions,
  ) {}

  /** Those of `files` that are not here, or not with their size; what has another size is dropped. */
  async missing(files: readonly ModelFile[]): Promise<ModelFile[]> {
    const kept = await Promise.all(files.map((file) => this.keeps(file)));
    return files.filter((_, at) => kept[at] !== true);
  }

  private async keeps(file: ModelFile): Promise<boolean> {
    const size = await this.shelves.size(file, this.ledger);
    if (size === null) return false;
    if (await this.passes(file, size)) return true;
    await this.drop(file);
    return false;
  }

  private async passes(file: ModelFile, size: number): Promise<boolean> {
    const entry = this.ledger.entry(file.url);
    const expected = file.bytes ?? (entry?.whole === true ? entry.bytes : null);
    if (expected !== null && size !== expected) return false;
    // An index is small, and nothing can be planned without it.
    const content = isIndex(file) ? await this.shelves.content(file, this.ledger) : undefined;
    return content === undefined || readsAsJson(content);
  }

  /** Takes a file away, and keeps what was trusted of it. */
  async drop(file: ModelFile): Promise<void> {
    await this.shelves.remove(file, this.ledger);
    if (this.ledger.entry(file.url) !== undefined) await this.ledger.note(file, { whole: false });
  }

  /** Bytes of `files` that lie here from an earlier try. */
  async begun(files: readonly ModelFile[]): Promise<number> {
    const present = new Map(
      (await this.parts.files.list(this.ledger.folder)).map((file) => [file.name, file.bytes]),
    );
    let sum = 0;
    for (const file of files) sum += present.get(await fileNameOf(file)) ?? 0;
    return sum;
  }

  /**
   * Downloads, verifies and shelves every one of `missing`. The first failure ends the others; what has come stays.
   * `total` and `done` are bytes of the whole model, for the report.
   */
  async bring(missing: readonly ModelFile[], total: number | null, done: number): Promise<void> {
    const { signal, report } = this.options;
    const tally = new Tally("download", total, done, report, this.parts.network.clock);
    const unknown = missing.filter((file) => this.sizeOf(file) === null).length;
    if (unknown > 0) tally.await(unknown);
    const failed = new AbortController();
    const life = AbortSignal.any([signal, failed.signal]);
    const waiting = [...missing];
    const takeOneAfterAnother = async (): Promise<void> => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        await this.one(file, tally, life);
      }
    };
    const failures: unknown[] = [];
    const taker = (): Promise<void> =>
      takeOneAfterAnother().catch((raw: unknown) => {
        failures.push(raw);
        failed.abort(raw);
      });
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, missing.length) }, taker));
    signal.throwIfAborted();
    if (failures.length > 0) throw failures[0];
  }

  private async one(file: ModelFile, tally: Tally, signal: AbortSignal): Promise<void> {
    let verdict: Verdict | null = null;
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const content = await this.download(file, tally, signal);
      verdict = await inspect(file, content, this.expected(file), signal);
      if (verdict.ok) {
        await this.shelve(file, content, verdict);
        this.record("file_verified", { role: file.role, bytes: content.size });
        return;
      }
      this.noteCorrupt(file, verdict, "download");
      tally.add(-content.size);
      await this.parts.files.remove(this.ledger.folder, await fileNameOf(file));
    }
    if (verdict?.ok === false) throw notGenuine(file, verdict);
  }

  /** A file is not what it should be. */
  noteCorrupt(file: ModelFile, verdict: Extract<Verdict, { ok: false }>, where: "download" | "disk"): void {
    this.record("file_corrupt", { role: file.role, what: verdict.what, where });
  }

  private record(name: "file_verified" | "file_corrupt", details: EventDetails): void {
    this.parts.journal.record(name, this.ledger.page.id, details);
  }

  /** What a file must be: by a manifest, else as it was when it first came. */
  expected(file: ModelFile): { sha256: string | undefined; onTrust: boolean } {
    // An index may change with its publisher's mind; what it names may not.
    const trusted = isIndex(file) ? undefined : this.ledger.entry(file.url)?.sha256;
    return { sha256: file.sha256 ?? trusted, onTrust: file.sha256 === undefined };
  }

  private async download(file: ModelFile, tally: Tally, signal: AbortSignal): Promise<Blob> {
    const name = await fileNameOf(file);
    const partial = await this.parts.files.open(this.ledger.folder, name);
    try {
      if (!this.isComplete(file, partial)) await this.transfer(file, partial, tally, signal);
    } finally {
      partial.close();
    }
    const content = await this.parts.files.read(this.ledger.folder, name);
    if (content?.size !== partial.size) throw new Error(`${file.name} is not on the disk as it was written.`);
    return content;
  }

  /** Null where nobody has told it. */
  private sizeOf({ url, bytes }: ModelFile): number | null {
    return bytes ?? this.ledger.entry(url)?.bytes ?? null;
  }

  /** Where only the last step of an earlier try is missing. */
  private isComplete(file: ModelFile, { size }: GrowingFile): boolean {
    const entry = this.ledger.entry(file.url);
    return size > 0 && size === (file.bytes ?? entry?.bytes) && entry?.resumable !== false;
  }

  private async transfer(
    file: ModelFile,
    partial: GrowingFile,
    tally: Tally,
    signal: AbortSignal,
  ): Promise<void> {
    const entry = this.ledger.entry(file.url);
    await transfer(this.parts.network, {
      url: file.url,
      bytes: file.bytes,
      validator: entry?.validator,
      resumable: entry?.resumable ?? true,
      partial,
      signal,
      onBytes: (bytes) => {
        tally.add(bytes);
      },
      onVersion: async ({ total, validator, resumable }) => {
        if (this.sizeOf(file) === null && total !== null) tally.grow(total);
        await this.ledger.note(file, { bytes: total, validator, resumable, whole: false });
      },
    });
  }

  /** One at a time: while it is copied a file takes its room twice. */
  private shelve(file: ModelFile, content: Blob, { sha256 }: { sha256: string }): Promise<void> {
    const next = this.shelving.then(async () => {
      await this.shelves.put(file, content);
      await this.ledger.note(file, { whole: true, bytes: content.size, sha256 });
      if (file.place !== "own") await this.parts.files.remove(this.ledger.folder, await fileNameOf(file));
    });
    this.shelving = next.catch(() => undefined);
    return next;
  }
}

/** Questions that one server is asked at the same time: a split model may have a thousand parts. */
const ASKED_AT_ONCE = 6;

/** Sizes that no index gives, asked of the server; null where it does not say. */
export async function withSizes(
  files: readonly ModelFile[],
  ledger: Ledger,
  { network }: Parts,
  signal: AbortSignal,
): Promise<(number | null)[]> {
  const sizes = files.map(({ url, bytes }) => bytes ?? ledger.entry(url)?.bytes ?? null);
  const unknown = files.flatMap(({ url }, at) =>
    sizes[at] === null && url.startsWith("http") ? [{ url, at }] : [],
  );
  const askInTurn = async (): Promise<void> => {
    for (let next = unknown.shift(); next !== undefined; next = unknown.shift()) {
      sizes[next.at] = await sizeAt(next.url, network, signal);
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, askInTurn));
  return sizes;
}

async function sizeAt(url: string, network: Parts["network"], signal: AbortSignal): Promise<number | null> {
  const [response] = await Promise.allSettled([network.fetch(url, { method: "HEAD", signal })]);
  signal.throwIfAborted();
  if (response.status === "rejected" || !response.value.ok) return null;
  const { headers } = response.value;
  const length = headers.get("content-length");
  return length === null || headers.has("content-encoding") ? null : Number(length);
}

/** The whole of what several sizes say; null as soon as one is unknown. */
export const sumOf = (sizes: readonly (number | null)[]): number | null =>
  bytesOf(sizes.map((bytes) => ({ bytes })));
