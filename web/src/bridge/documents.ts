/** Documents of Python's as JSON text by key, in a database of their own: as they are, or sealed. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

/** How documents lie in a locked profile. */
export interface Sealing {
  encode(body: unknown): Promise<unknown>;
  decode(stored: unknown): Promise<unknown>;
  /** Equal keys stay equal. */
  key(text: string): Promise<string>;
  text(key: string): Promise<string>;
}

export interface DocumentsOptions {
  /** Of the database; absent: the one that every page of the origin shares. */
  name?: string;
  /** Absent: documents lie as they are. It may still be on its way. */
  sealing?: Sealing | Promise<Sealing>;
  /** strict: what is set is on the disk, for whoever deletes something in its stead. */
  durability?: IDBTransactionDurability;
}

interface Schema extends DBSchema {
  documents: { key: string; value: unknown };
}

export const SHARED_DOCUMENTS = "webllm-provider";
const VERSION = 1;

const PLAIN: Sealing = {
  encode: (body) => Promise.resolve(body),
  decode: (stored) => Promise.resolve(stored),
  key: (text) => Promise.resolve(text),
  text: (key) => Promise.resolve(key),
};

export class Documents {
  #opening: Promise<IDBPDatabase<Schema>> | null = null;
  #closed = false;

  constructor(private readonly options: DocumentsOptions = {}) {}

  async get(key: string): Promise<string | null> {
    const sealing = await this.#sealing();
    const stored = await (await this.#open()).get("documents", await sealing.key(key));
    return stored === undefined ? null : String(await sealing.decode(stored));
  }

  async set(key: string, json: string): Promise<void> {
    const sealing = await this.#sealing();
    const [under, value] = [await sealing.key(key), await sealing.encode(json)];
    const durability = this.options.durability ?? "default";
    const { store, done } = (await this.#open()).transaction("documents", "readwrite", { durability });
    await Promise.all([store.put(value, under), done]);
  }

  /** Stores `json` only where the text is still `expected` (null: nothing yet); false when somebody was faster. */
  async replace(key: string, expected: string | null, json: string): Promise<boolean> {
    const sealing = await this.#sealing();
    const database = await this.#open();
    const [under, value] = [await sealing.key(key), await sealing.encode(json)];
    for (;;) {
      const seen = await database.get("documents", under);
      const text = seen === undefined ? null : await sealing.decode(seen);
      if (text !== expected) return false;
      // One transaction: other tabs and workers write the same documents.
      const { store, done } = database.transaction("documents", "readwrite");
      const unchanged = same(await store.get(under), seen);
      if (unchanged) await store.put(value, under);
      await done;
      if (unchanged) return true;
    }
  }

  async delete(key: string): Promise<void> {
    const under = await (await this.#sealing()).key(key);
    await (await this.#open()).delete("documents", under);
  }

  /** Those that start with `prefix`, in order. */
  async keys(prefix = ""): Promise<string[]> {
    const sealing = await this.#sealing();
    const stored = await (await this.#open()).getAllKeys("documents");
    const keys = await Promise.all(stored.map((key) => sealing.text(key)));
    return keys.filter((key) => key.startsWith(prefix)).sort();
  }

  /** For good: what is asked for afterwards rejects. */
  close(): void {
    this.#closed = true;
    void this.#opening?.then(
      (database) => {
        database.close();
      },
      () => undefined,
    );
    this.#opening = null;
  }

  async #sealing(): Promise<Sealing> {
    return (await this.options.sealing) ?? PLAIN;
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    if (this.#closed) return Promise.reject(new Error("These documents are closed."));
    return (this.#opening ??= this.#connect());
  }

  #connect(): Promise<IDBPDatabase<Schema>> {
    // The connection cannot be used any more: the next use opens another.
    const gone = (): void => {
      if (this.#opening === opening) this.#opening = null;
    };
    const opening = openDB<Schema>(this.options.name ?? SHARED_DOCUMENTS, VERSION, {
      upgrade: (database) => {
        database.createObjectStore("documents");
      },
      // Another tab brings a newer version, or takes the database away: it must not wait for this one.
      blocking: () => {
        gone();
        void opening.then((database) => {
          database.close();
        });
      },
      terminated: gone,
    });
    opening.catch(gone);
    return opening;
  }
}

/** Of what is stored: text, or sealed bytes. */
function same(one: unknown, other: unknown): boolean {
  if (!(one instanceof Uint8Array) || !(other instanceof Uint8Array)) return one === other;
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
