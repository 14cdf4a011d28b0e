/** The weights of all models: brought, kept, verified, listed and deleted. Runs in the engine room. */
import { aborted, EngineFailure, failure } from "../engine/errors";
import type { Device, StoredModel, StoredModels } from "../protocol/wire";
import { type EnsureOptions, Ensuring } from "./ensuring";
import type { ModelFile } from "./files";
import { Ledger } from "./ledger";
import { exclusively } from "./locks";
import type { Models, Parts, WeightsEntry } from "./parts";
import { ggufFiles, indexFiles, webgpuFiles } from "./plan";
import { waiting } from "./progress";
import { full, isFull } from "./quota";
import { Shelves } from "./shelves";
import { deletable, deleteStored, listStored } from "./stored";

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
          const ensuring = new Ensuring(this, entry, device, ledger, options);
          await ensuring.run(this.doubted.has(entry.record.id));
          this.doubted.delete(entry.record.id);
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

  private async blobs(entry: WeightsEntry, device: Device, ledger: Ledger): Promise<Blob[]> {
    if (device === "webgpu") return [];
    const blobs = await Promise.all(ggufFiles(entry).map((file) => this.shelves.content(file, ledger)));
    return blobs.filter((blob) => blob !== undefined);
  }

  /** What was thrown, in the words of the wire. */
  private async explained(raw: unknown, { record }: WeightsEntry, signal: AbortSignal): Promise<unknown> {
    if (signal.aborted) return aborted("download");
    if (raw instanceof EngineFailure) return raw;
    if (isFull(raw)) return full(record.id, await deletable(this));
    return raw;
  }
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
