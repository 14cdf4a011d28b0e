/** Sees to it that the files of one model for one device are here: finds what is missing, verifies, downloads. */
import { toWireError } from "../engine/errors";
import type { EventDetails } from "../engine/journal";
import type { Device } from "../protocol/wire";
import { Bringer, sumOf, withSizes } from "./bring";
import { deviceOf, type ModelFile } from "./files";
import { inspect } from "./inspect";
import type { Ledger } from "./ledger";
import { requireConsent } from "./metered";
import type { WeightsEntry } from "./parts";
import { indexFiles } from "./plan";
import { type FetchReport, Tally } from "./progress";
import { isFull, requireSpace } from "./quota";
import { deletable, urlsOfOthers } from "./stored";
import type { Weights } from "./weights";

export interface EnsureOptions {
  signal: AbortSignal;
  report: (report: FetchReport) => void;
  /** The user has agreed to a download that may cost. */
  meteredOk: boolean;
  /** Reads everything that is here and compares it with what it should be, also where nothing is missing. */
  verify?: boolean;
}

export class Ensuring {
  private readonly bringer: Bringer;

  /** Whoever makes one holds the model's lock for as long as it works. */
  constructor(
    private readonly weights: Weights,
    private readonly entry: WeightsEntry,
    private readonly device: Device,
    private readonly ledger: Ledger,
    private readonly options: EnsureOptions,
  ) {
    this.bringer = new Bringer(weights.parts, weights.shelves, ledger, options);
  }

  /** `doubted`: what lies here may be damaged, and is read. */
  async run(doubted: boolean): Promise<void> {
    let missing = await this.missing();
    // What is whole is read where somebody asks for it; a download that goes on does not begin with reading.
    const reads = doubted || (this.options.verify === true && missing.length === 0);
    if (reads && (await this.dropCorrupt())) missing = await this.missing();
    if (missing.length > 0) await this.download(missing);
  }

  private files(): Promise<ModelFile[]> {
    return this.weights.plan(this.entry, this.device, this.ledger);
  }

  /** Fetches the index where it is missing, drops what another version left, and tells what else is missing. */
  private async missing(): Promise<ModelFile[]> {
    const index = this.device === "webgpu" ? await this.bringer.missing(indexFiles(this.entry)) : [];
    if (index.length > 0) await this.bringer.bring(index, null, 0);
    const files = await this.files();
    await this.dropSuperseded(files);
    return this.bringer.missing(files);
  }

  private async download(missing: ModelFile[]): Promise<void> {
    const { signal, meteredOk } = this.options;
    const { parts } = this.weights;
    const { record } = this.entry;
    const sizes = await withSizes(missing, this.ledger, parts, signal);
    await this.noteSizes(missing, sizes);
    const begun = await this.bringer.begun(missing);
    const toCome = remaining(sumOf(sizes) ?? record.download_bytes, begun);
    requireConsent(parts.connection(), toCome, record.id, meteredOk);
    await this.requireRoom(toCome ?? 0, missing, sizes);
    const here = await this.bytesHere(missing);
    // What no server has told is added as soon as it is known.
    const known = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    const of = { device: this.device, files: missing.length, bytes: toCome };
    await this.recorded(begun, of, () => this.bringer.bring(missing, here + known, here + begun));
  }

  /** Tells the journal how a download began and ended. */
  private async recorded(begun: number, of: EventDetails, work: () => Promise<void>): Promise<void> {
    const { journal, network } = this.weights.parts;
    const { id } = this.entry.record;
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

  private async noteSizes(files: ModelFile[], sizes: (number | null)[]): Promise<void> {
    for (const [at, file] of files.entries()) {
      const bytes = sizes[at] ?? null;
      if (bytes !== null && this.ledger.entry(file.url)?.bytes !== bytes)
        await this.ledger.note(file, { bytes });
    }
  }

  private async bytesHere(missing: ModelFile[]): Promise<number> {
    const absent = new Set(missing.map(({ url }) => url));
    let sum = 0;
    for (const file of await this.files()) {
      if (!absent.has(file.url))
        sum += file.bytes ?? (await this.weights.shelves.size(file, this.ledger)) ?? 0;
    }
    return sum;
  }

  /** While it is moved into a cache the largest file takes its room twice. */
  private async requireRoom(toCome: number, missing: ModelFile[], sizes: (number | null)[]): Promise<void> {
    const moved = missing.map(({ place }, at) => (place === "own" ? 0 : (sizes[at] ?? 0)));
    const space = await this.weights.parts.space();
    const needed = toCome + Math.max(0, ...moved);
    requireSpace(space, needed, this.entry.record.id, await deletable(this.weights));
  }

  /** Another version of the same model lies elsewhere: nobody will ask for it any more, but for what other models share. */
  private async dropSuperseded(files: ModelFile[]): Promise<void> {
    const { ledger, weights } = this;
    const wanted = new Set(files.map(({ url }) => url));
    const superseded = Object.values(ledger.page.files).filter(
      (old) => deviceOf(old) === this.device && !wanted.has(old.url),
    );
    if (superseded.length === 0) return;
    const shared = await urlsOfOthers(weights, ledger.page.id);
    for (const old of superseded) {
      if (old.place === "own" || !shared.has(old.url)) await weights.shelves.remove(old, ledger);
      await ledger.forget(old.url);
    }
  }

  /** Reads everything that is stored and drops each file that is not what it was. True when there was one. */
  private async dropCorrupt(): Promise<boolean> {
    const { bringer, ledger } = this;
    const { shelves, parts } = this.weights;
    const { signal, report } = this.options;
    const files = await this.files();
    const sizes = await Promise.all(files.map((file) => shelves.size(file, ledger)));
    const total = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    const tally = new Tally("verify", total, 0, report, parts.network.clock);
    let dropped = false;
    for (const file of files.filter((_, at) => sizes[at] !== null)) {
      const content = await shelves.content(file, ledger);
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
}

const codeOf = (raw: unknown): string => (isFull(raw) ? "quota_exceeded" : toWireError(raw).code);

const remaining = (total: number | null, begun: number): number | null =>
  total === null ? null : Math.max(0, total - begun);
