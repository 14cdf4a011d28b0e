/** The weights of all models: brought, kept, verified, listed and deleted. Runs in the engine room. */
import { aborted, EngineFailure, failure, toWireError } from "../engine/errors";
import type { EventDetails } from "../engine/journal";
import type { Device, StoredModel, StoredModels } from "../protocol/wire";
import { Bringer, sumOf, withSizes } from "./bring";
import { deviceOf, type ModelFile } from "./files";
import { inspect } from "./inspect";
import { Ledger } from "./ledger";
import { exclusively } from "./locks";
import { requireConsent } from "./metered";
import type { Models, Parts, WeightsEntry } from "./parts";
import { ggufFiles, indexFiles, webgpuFiles } from "./plan";
import { type FetchReport, Tally, waiting } from "./progress";
import { full, isFull, requireSpace } from "./quota";
import { Shelves } from "./shelves";
import { deletable, deleteStored, listStored, urlsOfOthers } from "./stored";

export interface EnsureOptions {
  signal: AbortSignal;
  report: (report: FetchReport) => void;
  /** The user has agreed to a download that may cost. */
  meteredOk: boolean;
  /** Reads everything that is here and compares it with what it should be, also where nothing is missing. */
  verify?: boolean;
}

export interface Ensured {
  /** What the CPU engine reads, part by part; empty where WebLLM's caches hold the model. */
  gguf: Blob[];
}

/** For those who ask of many models at once. */
const FRESH_MS = 1_000;

export class Weights {
  readonly shelves: Shelves;
  private readonly doubted = new Set<string>();
  private seen: { at: number; listed: Promise<StoredModels> } | null = null;

  constructor(
    readonly parts: Parts,
    readonly models: Models,
  ) {
    this.shelves = new Shelves(parts.caches, parts.files);
  }

  /**
   * Sees to it that all of a model's files are here, whole. Rejects with `download_failed`, `integrity_failed`,
   * `quota_exceeded`, `consent_required` or `aborted`; what has come is kept, and the next call goes on from there.
   */
  async ensure(entry: WeightsEntry, device: Device, options: EnsureOptions): Promise<Ensured> {
    const { signal, report } = options;
    // The site's own file: its host and its offline store keep it already.
    if (device === "cpu" && entry.record.embedded) return { gguf: [] };
    try {
      return await exclusively(
        this.parts.locks,
        entry.record.id,
        signal,
        () => {
          report(waiting("Waiting for another tab that downloads this model"));
        },
        async () => {
          const ledger = await this.ledgerOf(entry);
          await this.bringAll(entry, device, ledger, options);
          await this.models.settled(entry.record.id);
          return { gguf: await this.blobs(entry, device, ledger) };
        },
      );
    } catch (raw) {
      throw await this.explained(raw, entry, signal);
    }
  }

  /** A load of this model has failed in a way that bad files explain: the next `ensure` reads them all. */
  doubt(id: string): void {
    this.doubted.add(id);
  }

  /** A model has been loaded. */
  async used(id: string): Promise<void> {
    const entry = this.models.get(id);
    if (entry === undefined) return;
    const { signal } = new AbortController();
    await exclusively(
      this.parts.locks,
      entry.record.id,
      signal,
      () => undefined,
      async () => {
        const ledger = await this.ledgerOf(entry);
        if (Object.keys(ledger.page.files).length > 0) await ledger.used(this.parts.network.clock.now());
      },
    );
  }

  stored(): Promise<StoredModels> {
    return listStored(this);
  }

  /** How much lies here of each model, by id: as `stored` says, at most a moment ago. */
  async summary(): Promise<ReadonlyMap<string, Pick<StoredModel, "state" | "bytes">>> {
    const now = this.parts.network.clock.now();
    if (this.seen === null || now - this.seen.at > FRESH_MS) this.seen = { at: now, listed: this.stored() };
    const { models } = await this.seen.listed;
    return new Map(models.map(({ model, state, bytes }) => [model, { state, bytes }]));
  }

  /** Deletes one model's files, or (null) those of all. Throws `busy` while one of them is being downloaded. */
  delete(model: string | null): Promise<void> {
    return deleteStored(this, model);
  }

  /** The files that a model has for a device, as far as can be told from what is stored. */
  async plan(entry: WeightsEntry, device: Device, ledger: Ledger): Promise<ModelFile[]> {
    if (device === "cpu") return ggufFiles(entry);
    const index = indexFiles(entry);
    const [config, tensors] = await Promise.all(index.map((file) => this.shelves.content(file, ledger)));
    if (config === undefined || tensors === undefined) return index;
    return webgpuFiles(entry, await json(config), await json(tensors));
  }

  ledgerOf({ record }: WeightsEntry): Promise<Ledger> {
    return Ledger.open(this.parts.files, record.id, record.name);
  }

  private async bringAll(
    entry: WeightsEntry,
    device: Device,
    ledger: Ledger,
    options: EnsureOptions,
  ): Promise<void> {
    const bringer = new Bringer(this.parts, this.shelves, ledger, options);
    const missing = await this.missing(entry, device, ledger, bringer);
    const doubted = this.doubted.has(entry.record.id);
    // What is whole is read where somebody asks for it; a download that goes on does not begin with reading.
    if (doubted || (options.verify === true && missing.length === 0)) {
      const dropped = await this.dropCorrupt(entry, device, ledger, bringer, options);
      if (dropped) missing.splice(0, Infinity, ...(await this.missing(entry, device, ledger, bringer)));
    }
    if (missing.length > 0) await this.download(entry, device, ledger, bringer, missing, options);
    this.doubted.delete(entry.record.id);
  }

  /** Fetches the index where it is missing, drops what another version left, and tells what else is missing. */
  private async missing(
    entry: WeightsEntry,
    device: Device,
    ledger: Ledger,
    bringer: Bringer,
  ): Promise<ModelFile[]> {
    const index = device === "webgpu" ? await bringer.missing(indexFiles(entry)) : [];
    if (index.length > 0) await bringer.bring(index, null, 0);
    const files = await this.plan(entry, device, ledger);
    await this.dropSuperseded(device, files, ledger);
    return bringer.missing(files);
  }

  private async download(
    entry: WeightsEntry,
    device: Device,
    ledger: Ledger,
    bringer: Bringer,
    missing: ModelFile[],
    { signal, meteredOk }: EnsureOptions,
  ): Promise<void> {
    const { record } = entry;
    const sizes = await withSizes(missing, ledger, this.parts, signal);
    await noteSizes(missing, sizes, ledger);
    const begun = await bringer.begun(missing);
    const toCome = remaining(sumOf(sizes) ?? record.download_bytes, begun);
    requireConsent(this.parts.connection(), toCome, record.id, meteredOk);
    await this.requireRoom(entry, toCome ?? 0, missing, sizes);
    const here = await this.bytesHere(await this.plan(entry, device, ledger), missing, ledger);
    // What no server has told is added as soon as it is known.
    const known = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    const of = { device, files: missing.length, bytes: toCome };
    await this.recorded(record.id, begun, of, () => bringer.bring(missing, here + known, here + begun));
  }

  /** Tells the journal how a download began and ended. */
  private async recorded(
    id: string,
    begun: number,
    of: EventDetails,
    work: () => Promise<void>,
  ): Promise<void> {
    const { journal, network } = this.parts;
    const startedAt = network.clock.now();
    journal.record(begun > 0 ? "download_resumed" : "download_started", id, { ...of, kept_bytes: begun });
    try {
      await work();
    } catch (raw) {
      journal.record("download_failed", id, { ...of, code: codeOf(raw) });
      throw raw;
    }
    journal.record("download_finished", id, { ...of, duration_ms: network.clock.now() - startedAt });
  }

  private async bytesHere(files: ModelFile[], missing: ModelFile[], ledger: Ledger): Promise<number> {
    const absent = new Set(missing.map(({ url }) => url));
    let sum = 0;
    for (const file of files) {
      if (!absent.has(file.url)) sum += file.bytes ?? (await this.shelves.size(file, ledger)) ?? 0;
    }
    return sum;
  }

  /** While it is moved into a cache the largest file takes its room twice. */
  private async requireRoom(
    { record }: WeightsEntry,
    toCome: number,
    missing: ModelFile[],
    sizes: (number | null)[],
  ): Promise<void> {
    const moved = missing.map(({ place }, at) => (place === "own" ? 0 : (sizes[at] ?? 0)));
    const space = await this.parts.space();
    requireSpace(space, toCome + Math.max(0, ...moved), record.id, await deletable(this));
  }

  /** Another version of the same model lies elsewhere: nobody will ask for it any more, but for what other models share. */
  private async dropSuperseded(device: Device, files: ModelFile[], ledger: Ledger): Promise<void> {
    const wanted = new Set(files.map(({ url }) => url));
    const superseded = Object.values(ledger.page.files).filter(
      (old) => deviceOf(old) === device && !wanted.has(old.url),
    );
    if (superseded.length === 0) return;
    const shared = await urlsOfOthers(this, ledger.page.id);
    for (const old of superseded) {
      if (old.place === "own" || !shared.has(old.url)) await this.shelves.remove(old, ledger);
      await ledger.forget(old.url);
    }
  }

  private async blobs(entry: WeightsEntry, device: Device, ledger: Ledger): Promise<Blob[]> {
    if (device === "webgpu") return [];
    const blobs = await Promise.all(ggufFiles(entry).map((file) => this.shelves.content(file, ledger)));
    return blobs.filter((blob) => blob !== undefined);
  }

  /** Reads everything that is stored of a model and drops each file that is not what it was. True when there was one. */
  private async dropCorrupt(
    entry: WeightsEntry,
    device: Device,
    ledger: Ledger,
    bringer: Bringer,
    { signal, report }: EnsureOptions,
  ): Promise<boolean> {
    const files = await this.plan(entry, device, ledger);
    const sizes = await Promise.all(files.map((file) => this.shelves.size(file, ledger)));
    const total = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    const tally = new Tally("verify", total, 0, report, this.parts.network.clock);
    let dropped = false;
    for (const file of files.filter((_, at) => sizes[at] !== null)) {
      const content = await this.shelves.content(file, ledger);
      const verdict =
        content &&
        (await inspect(file, content, bringer.expected(file), signal, (bytes) => {
          tally.add(bytes);
        }));
      if (verdict?.ok === true) continue;
      if (verdict !== undefined) bringer.noteCorrupt(file, verdict, "disk");
      await bringer.drop(file);
      dropped = true;
    }
    return dropped;
  }

  /** What was thrown, in the words of the wire. */
  private async explained(raw: unknown, { record }: WeightsEntry, signal: AbortSignal): Promise<unknown> {
    if (signal.aborted) return aborted("download");
    if (raw instanceof EngineFailure) return raw;
    if (isFull(raw)) return full(record.id, await deletable(this));
    return raw;
  }
}

const codeOf = (raw: unknown): string => (isFull(raw) ? "quota_exceeded" : toWireError(raw).code);

async function noteSizes(files: ModelFile[], sizes: (number | null)[], ledger: Ledger): Promise<void> {
  for (const [at, file] of files.entries()) {
    const bytes = sizes[at] ?? null;
    if (bytes !== null && ledger.entry(file.url)?.bytes !== bytes) await ledger.note(file, { bytes });
  }
}

function remaining(total: number | null, begun: number): number | null {
  return total === null ? null : Math.max(0, total - begun);
}

async function json(content: Blob): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await content.text()) as Record<string, unknown>;
  } catch (raw) {
    throw failure(
      "integrity_failed",
      "A stored description of a model cannot be read.",
      "Delete the model and download it again.",
      {
        raw: String(raw),
      },
    );
  }
}
