/** All batches of this browser: begun, run, paused and gone on with here; what is answered is kept as it comes. */
import { signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { asWireError } from "../../bridge/engine-error";
import type { EventStream } from "../../bridge/event-stream";
import { eventsOf } from "../../lib/streams";
import type { BatchBody, Sampling } from "../../protocol/wire";
import type { ElectionLocks } from "../../page/leadership";
import type { AppDatabase } from "../database/database";
import { type Batch, type BatchState, readBatch, withItem } from "./record";

export type BatchesDatabase = Pick<AppDatabase, "batches" | "changes" | "sealed">;

/** What runs batches: the engine room. */
export interface BatchRoom {
  run(body: BatchBody): EventStream;
  /** Deletes what the engine room has kept of a job. Rejects where it knows none. */
  forget(job: string): Promise<void>;
}

export interface BatchesOptions {
  database: Promise<BatchesDatabase>;
  room: BatchRoom;
  /** Id of the model that answers; null where none does. */
  model: () => string | null;
  sampling: () => Sampling;
  /** Undefined in an insecure context: every tab is alone there. */
  locks: ElectionLocks | undefined;
  nameOfLock: (id: string) => string;
  newId: () => string;
  now: () => number;
  /** Told why something could not be kept; it counts for as long as the page lives. */
  failed: (error: unknown) => void;
  ended: (batch: Batch) => void;
}

export interface NewBatch {
  name: string;
  prompts: readonly string[];
  instruction: string;
}

export class Batches {
  readonly #all: Signal<ReadonlyMap<string, Batch> | null> = signal(null);
  /** Batches that run in this tab. */
  readonly #running = new Map<string, { life: AbortController; ended: Promise<void> }>();
  /** Batches that ran in another tab when they were last read. */
  readonly #watched = new Set<string>();
  #writing: Promise<unknown> = Promise.resolve();
  readonly opened: Promise<void>;

  constructor(private readonly options: BatchesOptions) {
    this.opened = this.#open().catch((error: unknown) => {
      this.options.failed(error);
      this.#all.value ??= new Map();
    });
  }

  /** By id; null until they have been read. */
  get all(): ReadonlySignal<ReadonlyMap<string, Batch> | null> {
    return this.#all;
  }

  /** The newest first. */
  get list(): readonly Batch[] {
    return [...(this.#all.value?.values() ?? [])].sort((one, other) => other.createdAt - one.createdAt);
  }

  get(id: string): Batch | null {
    return this.#all.value?.get(id) ?? null;
  }

  /** Begins a batch and runs it. */
  begin({ name, prompts, instruction }: NewBatch): Batch {
    const { newId, now, sampling, model } = this.options;
    const at = now();
    const facts = { sampling: sampling(), model: model(), createdAt: at, changedAt: at };
    const batch: Batch = { id: newId(), name, prompts, instruction, items: [], state: { kind: "running" }, ...facts };
    this.#put(batch);
    this.resume(batch.id);
    return batch;
  }

  /** Goes on with what has no answer yet; nothing that has one is asked again. Nothing where another tab runs it. */
  resume(id: string): void {
    const batch = this.get(id);
    const before = this.#running.get(id);
    if (batch === null) return;
    if (before !== undefined) {
      // It is on its way out: what it was answered last is being written.
      if (batch.state.kind === "paused") void before.ended.then(() => { this.resume(id); });
      return;
    }
    const life = new AbortController();
    const ended = this.#alone(id, () => this.#toItsEnd(id, life.signal)).finally(() => this.#running.delete(id));
    this.#running.set(id, { life, ended });
  }

  /** The prompt that runs is given up, and asked when the batch goes on. */
  pause(id: string): void {
    if (this.#runsElsewhere(id)) this.#onceLeft(id, () => undefined);
    else this.#running.get(id)?.life.abort();
  }

  /** Ends it for good; what was answered stays. */
  cancel(id: string): void {
    if (this.#runsElsewhere(id)) this.#onceLeft(id, () => { this.#cancel(id); });
    else this.#cancel(id);
  }

  remove(id: string): void {
    if (this.#runsElsewhere(id)) this.#onceLeft(id, () => { this.#remove(id); });
    else this.#remove(id);
  }

  #cancel(id: string): void {
    this.#set(id, { kind: "cancelled" });
    const running = this.#running.get(id);
    if (running === undefined) this.#forget(id);
    else running.life.abort();
  }

  #remove(id: string): void {
    const rest = new Map(this.#all.value);
    if (!rest.delete(id)) return;
    this.#all.value = rest;
    const running = this.#running.get(id);
    if (running === undefined) this.#forget(id);
    else running.life.abort();
    this.#write(async ({ batches }) => {
      await batches.remove(id);
    });
  }

  /** Everything until now is written, or has failed. */
  async settled(): Promise<void> {
    await this.opened;
    await this.#writing;
  }

  /** Pauses what runs here and writes it down; the engine room, which seals nothing, then keeps nothing of any. */
  async leave(): Promise<void> {
    const running = [...this.#running.values()];
    for (const { life } of running) life.abort();
    await Promise.all(running.map(({ ended }) => ended));
    await this.settled();
    const known = [...(this.#all.value?.keys() ?? [])];
    // It knew nothing of it, or is gone itself.
    await Promise.all(known.map((id) => this.options.room.forget(id).catch(() => undefined)));
  }

  async #open(): Promise<void> {
    const database = await this.options.database;
    const kept = await database.batches.all();
    const read = kept.map(({ id, value }) => readBatch(id, value)).filter((batch) => batch !== null);
    this.#all.value = new Map([...read.map((batch) => [batch.id, batch] as const), ...(this.#all.value ?? [])]);
    for (const batch of read) this.#watch(database, batch);
    database.changes.listen((change, from) => {
      if (from === "here") return;
      if (change.kind === "batch") void this.#readAgain(database, change.id);
      if (change.kind === "stop") this.#running.get(change.id)?.life.abort();
    });
  }

  async #readAgain(database: BatchesDatabase, id: string): Promise<void> {
    // What runs here is known best here.
    if (this.#running.has(id)) return;
    try {
      const batch = readBatch(id, await database.batches.get(id));
      const next = new Map(this.#all.value);
      if (batch === null) next.delete(id);
      else next.set(id, batch);
      this.#all.value = next;
      if (batch !== null) this.#watch(database, batch);
    } catch (error) {
      this.options.failed(error);
    }
  }

  /** A batch that runs elsewhere is paused when that tab is gone, which may long have been. */
  #watch(database: BatchesDatabase, { id, state }: Batch): void {
    if (state.kind !== "running" || this.#watched.has(id)) return;
    this.#watched.add(id);
    const left = async (): Promise<void> => {
      await this.#readAgain(database, id);
      const now = this.get(id);
      if (now?.state.kind === "running" && !this.#running.has(id)) this.#set(id, { kind: "paused", error: null });
      await this.#writing;
      this.#watched.delete(id);
    };
    const { locks, nameOfLock } = this.options;
    void (locks === undefined ? left() : locks.request(nameOfLock(id), {}, left));
  }

  #runsElsewhere(id: string): boolean {
    return this.get(id)?.state.kind === "running" && !this.#running.has(id);
  }

  /** Asks the tab that runs a batch to stop, and acts on it once that tab has written all it knows of it. */
  #onceLeft(id: string, act: () => void): void {
    const { database, failed, locks, nameOfLock } = this.options;
    const stop = async (): Promise<void> => {
      const opened = await database;
      opened.changes.tell({ kind: "stop", id });
      const left = async (): Promise<void> => {
        await this.#readAgain(opened, id);
        act();
        await this.#writing;
      };
      await (locks === undefined ? left() : locks.request(nameOfLock(id), {}, left));
    };
    stop().catch(failed);
  }

  async #alone(id: string, work: () => Promise<void>): Promise<void> {
    const { locks, nameOfLock } = this.options;
    if (locks === undefined) await work();
    else await locks.request(nameOfLock(id), { ifAvailable: true }, (lock) => (lock === null ? undefined : work()));
  }

  async #toItsEnd(id: string, signal: AbortSignal): Promise<void> {
    this.#set(id, { kind: "running" });
    const batch = this.get(id);
    if (batch !== null) this.#end(id, await this.#run(batch, signal));
    // Another tab that waits for this lock must find it all.
    await this.#writing;
  }

  /** Runs what is left; the state in which it ends. */
  async #run(batch: Batch, signal: AbortSignal): Promise<BatchState> {
    try {
      const { sealed } = await this.options.database;
      const stream = this.options.room.run(bodyOf(batch, !sealed));
      for await (const event of eventsOf(stream, signal)) {
        if (event.type !== "batch_item") continue;
        const now = this.get(batch.id);
        if (now !== null) this.#put({ ...withItem(now, event), changedAt: this.options.now() });
      }
      return { kind: "finished" };
    } catch (raw) {
      return { kind: "paused", error: signal.aborted ? null : asWireError(raw) };
    }
  }

  #end(id: string, state: BatchState): void {
    const batch = this.get(id);
    const over = batch === null || batch.state.kind === "cancelled" || state.kind === "finished";
    if (batch !== null && batch.state.kind !== "cancelled") this.#set(id, state);
    // All of it lies here by now; the engine room need not keep it a second time.
    if (over) this.#forget(id);
    const ended = this.get(id);
    if (ended !== null) this.options.ended(ended);
  }

  #forget(id: string): void {
    this.options.room.forget(id).catch(() => {
      // It knew nothing of it: it never began, or was told to keep nothing.
    });
  }

  #set(id: string, state: BatchState): void {
    const batch = this.get(id);
    if (batch !== null) this.#put({ ...batch, state, changedAt: this.options.now() });
  }

  #put(batch: Batch): void {
    this.#all.value = new Map(this.#all.value).set(batch.id, batch);
    this.#write(async ({ batches }) => {
      // Changed again by now: the later writing has it all.
      if (this.get(batch.id) === batch) await batches.set(batch.id, batch);
    });
  }

  #write(work: (database: BatchesDatabase) => Promise<void>): void {
    this.#writing = this.#writing
      .then(() => this.options.database)
      .then(work)
      .catch(this.options.failed);
  }
}

/** What the engine room is asked. `keep`: it may keep the answers until they are all here. */
export function bodyOf({ id, prompts, instruction, sampling, items }: Batch, keep: boolean): BatchBody {
  const [first = "", ...rest] = prompts;
  return {
    job: id,
    prompts: [first, ...rest],
    ...(instruction === "" ? {} : { shared: [{ role: "system" as const, content: instruction }] }),
    body: { ...sampling },
    done: items.map(({ index }) => index),
    ...(keep ? {} : { keep: false }),
  };
}
