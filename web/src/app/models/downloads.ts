import type { EventStream } from "../../bridge/event-stream";
import type { Exported, Fetched, Progress } from "../../protocol/wire";
import { readTransfer } from "./transfer-run";
import { advanced, begun, isActive, pausing, quarterReached, type Job, type Transfer } from "./transfers";

/** Where a transfer is shown: a model's row, or the place for files that are read in. */
export interface Shown {
  get(): Transfer | null;
  set(transfer: Transfer | null): void;
}

/** What is said aloud of a transfer. */
export interface TransferNews {
  quarter(key: string, quarter: number): void;
  ended(key: string, transfer: Transfer): void;
}

/** The transfers that run, each with its stream: begun, paused, ended. */
export class Downloads {
  readonly #streams = new Map<string, EventStream>();
  /** Those that were given up, until the engine has let go of their files. */
  readonly #ending = new Map<EventStream, () => void>();

  constructor(private readonly news: TransferNews) {}

  /** Runs one transfer to its end; resolves with what arrived, or null where it was paused or failed. */
  async run(key: string, job: Job, shown: Shown, open: () => EventStream): Promise<Fetched | Exported | null> {
    if (isActive(shown.get())) return null;
    shown.set(begun(job));
    const stream = open();
    this.#streams.set(key, stream);
    try {
      const arrived = await readTransfer(stream, (event) => {
        const before = shown.get();
        // Cancelled for good meanwhile: what still comes belongs to nobody.
        if (before === null || this.#streams.get(key) !== stream) return;
        if (event.type === "progress") this.#tellQuarter(key, before, event);
        const after = advanced(before, event);
        shown.set(after);
        if (after !== null && !isActive(after)) this.news.ended(key, after);
      });
      return this.#streams.get(key) === stream ? arrived : null;
    } finally {
      if (this.#streams.get(key) === stream) this.#streams.delete(key);
      this.#ending.get(stream)?.();
      this.#ending.delete(stream);
    }
  }

  /** Asks a transfer to stop where it is; what has come is kept. */
  pause(key: string, shown: Shown): void {
    const transfer = shown.get();
    if (transfer !== null) shown.set(pausing(transfer));
    this.#streams.get(key)?.cancel();
  }

  /** Forgets a transfer at once and ends it; resolves when the engine has let go of its files. */
  async abandon(key: string, shown: Shown): Promise<void> {
    const stream = this.#streams.get(key);
    this.#streams.delete(key);
    shown.set(null);
    if (stream === undefined) return;
    const ended = new Promise<void>((resolve) => this.#ending.set(stream, resolve));
    stream.cancel();
    await ended;
  }

  #tellQuarter(key: string, before: Transfer, progress: Progress): void {
    if (before.kind !== "running") return;
    const quarter = quarterReached(before.progress, progress);
    if (quarter !== null) this.news.quarter(key, quarter);
  }
}
