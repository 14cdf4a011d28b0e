import type { BatchItemDone } from "../protocol/wire";
import type { RoomDatabase } from "./room-db";

/** What is known of a job beside its answers. */
export interface StoredBatch {
  job: string;
  /** Hash of everything that was asked: a job goes on only with the same. */
  fingerprint: string;
  prompts: number;
  /** Prompts that have their answer or their error. */
  done: number;
  /** Those of them that have an error. */
  failed: number;
  /** Which model answered last. */
  model: string | null;
  /** Milliseconds since 1970. */
  createdAt: number;
}

/** Keeps jobs and their answers. Every method may reject: a browser's storage can be full, or gone. */
export interface BatchStore {
  list(): Promise<StoredBatch[]>;
  find(job: string): Promise<StoredBatch | null>;
  /** The answers that are kept, in the order of their prompts. */
  items(job: string): Promise<BatchItemDone[]>;
  begin(job: StoredBatch): Promise<void>;
  /** Keeps one answer and what it makes of its job, both or neither. Returns the job. */
  keep(job: string, model: string | null, item: BatchItemDone): Promise<StoredBatch>;
  /** Deletes a job and its answers. False where there was none. */
  forget(job: string): Promise<boolean>;
}

/** A job and its answers lie under one name: its own entry first, then its answers by index. */
export type BatchKey = [job: string, index: number];
export type BatchEntry = StoredBatch | BatchItemDone;

const HEAD = -1;

/** Jobs in the engine room's database: they outlive the page. */
export class KeptBatches implements BatchStore {
  constructor(private readonly room: RoomDatabase) {}

  async list(): Promise<StoredBatch[]> {
    const database = await this.room.open();
    const keys = await database.getAllKeys("batches");
    const heads = keys.filter(([, index]) => index === HEAD);
    const found = await Promise.all(heads.map(([job]) => this.find(job)));
    return found.filter((job) => job !== null);
  }

  async find(job: string): Promise<StoredBatch | null> {
    const database = await this.room.open();
    return ((await database.get("batches", [job, HEAD])) as StoredBatch | undefined) ?? null;
  }

  async items(job: string): Promise<BatchItemDone[]> {
    const database = await this.room.open();
    return (await database.getAll("batches", range(job, 0))) as BatchItemDone[];
  }

  async begin(job: StoredBatch): Promise<void> {
    const database = await this.room.open();
    await database.put("batches", job, [job.job, HEAD]);
  }

  async keep(job: string, model: string | null, item: BatchItemDone): Promise<StoredBatch> {
    const database = await this.room.open();
    const writing = database.transaction("batches", "readwrite");
    const head = (await writing.store.get([job, HEAD])) as StoredBatch | undefined;
    if (head === undefined) throw forgotten();
    // An engine of another tab may have answered it as well.
    const known = await writing.store.getKey([job, item.index]);
    const next = known === undefined ? counted(head, model, item) : head;
    await Promise.all([
      writing.store.put(next, [job, HEAD]),
      writing.store.put(item, [job, item.index]),
      writing.done,
    ]);
    return next;
  }

  async forget(job: string): Promise<boolean> {
    const known = (await this.find(job)) !== null;
    const database = await this.room.open();
    await database.delete("batches", range(job, HEAD));
    return known;
  }
}

const range = (job: string, from: number): IDBKeyRange => IDBKeyRange.bound([job, from], [job, Infinity]);

/** Jobs in memory, where the browser keeps nothing: they live as long as the engine room. */
export class MemoryBatches implements BatchStore {
  private readonly jobs = new Map<string, { head: StoredBatch; items: Map<number, BatchItemDone> }>();

  list(): Promise<StoredBatch[]> {
    return Promise.resolve([...this.jobs.values()].map(({ head }) => head));
  }

  find(job: string): Promise<StoredBatch | null> {
    return Promise.resolve(this.jobs.get(job)?.head ?? null);
  }

  items(job: string): Promise<BatchItemDone[]> {
    const items = [...(this.jobs.get(job)?.items.values() ?? [])];
    return Promise.resolve(items.sort((one, other) => one.index - other.index));
  }

  begin(head: StoredBatch): Promise<void> {
    this.jobs.set(head.job, { head, items: new Map() });
    return Promise.resolve();
  }

  keep(job: string, model: string | null, item: BatchItemDone): Promise<StoredBatch> {
    const kept = this.jobs.get(job);
    if (kept === undefined) return Promise.reject(forgotten());
    kept.head = counted(kept.head, model, item);
    kept.items.set(item.index, item);
    return Promise.resolve(kept.head);
  }

  forget(job: string): Promise<boolean> {
    return Promise.resolve(this.jobs.delete(job));
  }
}

const forgotten = (): Error => new Error("The job was forgotten while it ran.");

function counted(head: StoredBatch, model: string | null, item: BatchItemDone): StoredBatch {
  return {
    ...head,
    model: model ?? head.model,
    done: head.done + 1,
    failed: head.failed + (item.error === null ? 0 : 1),
  };
}

/** The room's database where it opens, else memory. Asked once. */
export async function batchStore(room: RoomDatabase): Promise<BatchStore> {
  try {
    await room.open();
    return new KeptBatches(room);
  } catch (raw) {
    console.warn("This browser keeps nothing: batches live as long as the engine.", raw);
    return new MemoryBatches();
  }
}
