/** Which profiles there are, where they lie, and the ways into those that are locked. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { SHARED_DOCUMENTS } from "../../bridge/documents";
import type { Bytes } from "../../sealing/keys";
import type { Way } from "../../sealing/ways";

export interface LockRecord {
  /** At least one. */
  ways: readonly Way[];
  /** Something sealed: keys that open it are the right ones. */
  check: Bytes;
  /** Minutes without a hand on the page after which it locks itself; null: it does not. */
  afterMinutes: number | null;
}

export interface ProfileRecord {
  id: string;
  /** Not encrypted. Empty: the one that everybody begins with, which nobody has named. */
  name: string;
  /** Its IndexedDB database. */
  database: string;
  /** That of what Python keeps. */
  documents: string;
  /** Null: it lies as it is. */
  lock: LockRecord | null;
  /** Databases that are to go: what a lock was made from, or what was begun and not finished. */
  doomed: readonly string[];
  /** It is to go as a whole, and is in no list any more. */
  deleted?: true;
}

/** The profile that everybody begins with. */
export const FIRST = "default";

/** @param names of StorageNames. */
export const firstProfile = (names: { database(profile: string): string }): ProfileRecord => ({
  id: FIRST,
  name: "",
  database: names.database(FIRST),
  documents: SHARED_DOCUMENTS,
  lock: null,
  doomed: [],
});

interface Schema extends DBSchema {
  profiles: { key: string; value: ProfileRecord };
}

export class Registry {
  #opening: Promise<IDBPDatabase<Schema>> | null = null;

  constructor(private readonly name: string) {}

  /** In the order of their ids. None: there is the first one alone, as everybody has it. */
  async all(): Promise<ProfileRecord[]> {
    return (await this.#open()).getAll("profiles");
  }

  async get(id: string): Promise<ProfileRecord | null> {
    return (await (await this.#open()).get("profiles", id)) ?? null;
  }

  /** It is on the disk when this resolves: what it names is deleted next, or what it no longer names. */
  async put(record: ProfileRecord): Promise<void> {
    const { store, done } = (await this.#open()).transaction("profiles", "readwrite", { durability: "strict" });
    await store.put(record);
    await done;
  }

  /**
   * Writes what `change` makes of the record that lies there, or of null; nothing where it makes null of that. One
   * transaction: another tab may have written since this one has read.
   */
  async change(id: string, change: (stored: ProfileRecord | null) => ProfileRecord | null): Promise<void> {
    const { store, done } = (await this.#open()).transaction("profiles", "readwrite", { durability: "strict" });
    const next = change((await store.get(id)) ?? null);
    if (next !== null) await store.put(next);
    await done;
  }

  async remove(id: string): Promise<void> {
    const { store, done } = (await this.#open()).transaction("profiles", "readwrite", { durability: "strict" });
    await store.delete(id);
    await done;
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = null;
    (await opening)?.close();
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    return (this.#opening ??= this.#connect());
  }

  #connect(): Promise<IDBPDatabase<Schema>> {
    const gone = (): void => {
      if (this.#opening === opening) this.#opening = null;
    };
    // Some browsers throw where they should reject.
    const opening = Promise.resolve().then(() =>
      openDB<Schema>(this.name, 1, {
        upgrade: (database) => {
          database.createObjectStore("profiles", { keyPath: "id" });
        },
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
