import { type IDBPDatabase, type IDBPObjectStore, type IDBPTransaction, openDB } from "idb";
import type { Key, KeyRange } from "./keys";
import { migrate, MIGRATIONS } from "./migrations";
import { fits, Outdated, type Put, type Query, type Rows, type Write } from "./rows";
import { SHAPES, type Schema, type StoreName } from "./schema";

/** Rows in IndexedDB. The connection is opened again when it was lost. */
export class IndexedRows implements Rows {
  readonly lasting = true;
  #opening: Promise<IDBPDatabase> | null = null;
  #closed = false;

  /** @param durability strict: what is committed is on the disk, for whoever deletes something in its stead. */
  constructor(
    private readonly name: string,
    private readonly durability: IDBTransactionDurability = "default",
  ) {}

  /** Rejects where the browser keeps nothing: private windows of some browsers, storage that is blocked or damaged. */
  async open(): Promise<void> {
    await this.#open();
  }

  async get<S extends StoreName>(store: S, key: Key): Promise<Schema[S] | undefined> {
    return (await (await this.#open()).get(store, key as IDBValidKey)) as Schema[S] | undefined;
  }

  async some<S extends StoreName>(store: S, keys: readonly Key[]): Promise<(Schema[S] | undefined)[]> {
    if (keys.length === 0) return [];
    const database = await this.#open();
    const name: string = store;
    const reading = database.transaction(name).store;
    const found: unknown[] = await Promise.all(keys.map((key) => reading.get(key as IDBValidKey)));
    return found as (Schema[S] | undefined)[];
  }

  async list<S extends StoreName>(store: S, query: Query): Promise<Schema[S][]> {
    const database = await this.#open();
    const range = rangeOf(query.range);
    const found: unknown[] =
      query.index === undefined
        ? await database.getAll(store, range, query.limit)
        : await database.getAllFromIndex(store, query.index, range, query.limit);
    return found as Schema[S][];
  }

  async keys(store: StoreName, query: Query): Promise<Key[]> {
    const database = await this.#open();
    const name: string = store;
    return (await keysIn(database.transaction(name).store, query)) as Key[];
  }

  async heads(store: StoreName, index: string): Promise<Key[]> {
    const database = await this.#open();
    const heads: Key[] = [];
    const keys = database.transaction(store).store.index(index);
    // A cursor that is told to go on to a key may pass all that lie in between: a new one looks that key up.
    let cursor = await keys.openKeyCursor();
    while (cursor !== null) {
      const head = (cursor.key as IDBValidKey[])[0] as IDBValidKey;
      heads.push(head as Key);
      cursor = await keys.openKeyCursor(IDBKeyRange.lowerBound([head, [[]]], true));
    }
    return heads;
  }

  async commit(writes: readonly Write[]): Promise<void> {
    if (writes.length === 0) return;
    const database = await this.#open();
    const stores: string[] = [...new Set(writes.map(({ store }) => store))];
    const transaction = database.transaction(stores, "readwrite", { durability: this.durability });
    try {
      for (const write of writes) await apply(write, transaction);
    } catch (raw) {
      const aborted = transaction.done.catch(() => undefined);
      // A row that cannot be stored at all is refused before there is a request: what came before it would stay.
      abort(transaction);
      await aborted;
      throw raw;
    }
    await transaction.done;
  }

  /** For good: it may be about to be deleted, and what is asked for afterwards must not make it anew. */
  close(): void {
    this.#closed = true;
    const opening = this.#opening;
    this.#opening = null;
    void opening?.then(
      (database) => {
        database.close();
      },
      () => undefined,
    );
  }

  #open(): Promise<IDBPDatabase> {
    if (this.#closed) return Promise.reject(new Error("The database is closed."));
    return (this.#opening ??= this.#connect());
  }

  #connect(): Promise<IDBPDatabase> {
    const gone = (): void => {
      if (this.#opening === opening) this.#opening = null;
    };
    // Some browsers throw where they should reject.
    const opening = Promise.resolve().then(() =>
      openDB(this.name, MIGRATIONS.length, {
        upgrade: (database, from, _to, upgrade) => {
          migrate(database, from, upgrade).catch((raw: unknown) => {
            console.error("The database could not be brought up to date:", raw);
            upgrade.abort();
          });
        },
        // Another tab brings a newer version: it must not wait for this one.
        blocking: () => {
          gone();
          void opening.then((database) => {
            database.close();
          });
        },
        terminated: gone,
      }),
    );
    opening.catch(gone);
    return opening;
  }
}

function abort(transaction: Writing): void {
  try {
    transaction.abort();
  } catch {
    // It failed by itself, and is aborted already.
  }
}

type Writing = IDBPTransaction<unknown, string[], "readwrite">;

async function apply(write: Write, transaction: Writing): Promise<void> {
  const name: string = write.store;
  const store = transaction.objectStore(name);
  if (write.kind === "remove") {
    if (write.query.index === undefined && write.query.limit === undefined) {
      await store.delete(rangeOf(write.query.range));
      return;
    }
    for (const key of await keysIn(store, write.query)) await store.delete(key);
    return;
  }
  if (write.expected !== undefined) {
    const found: unknown = await store.get(primaryKeyOf(write));
    if (!fits(write.expected, found as { revision?: number } | undefined)) throw new Outdated();
  }
  await store.put(write.row);
}

function primaryKeyOf({ store, row }: Put): IDBValidKey {
  const { key } = SHAPES[store];
  const fields = row as unknown as Record<string, IDBValidKey>;
  if (typeof key === "string") return fields[key] ?? [];
  return key.map((part) => fields[part] ?? []);
}

type Reading = IDBPObjectStore<unknown, string[], string, "readonly" | "readwrite">;

function keysIn(store: Reading, { index, range, limit }: Query): Promise<IDBValidKey[]> {
  const keys = rangeOf(range);
  return index === undefined ? store.getAllKeys(keys, limit) : store.index(index).getAllKeys(keys, limit);
}

const rangeOf = ({ from, to }: KeyRange): IDBKeyRange => IDBKeyRange.bound(from, to);
