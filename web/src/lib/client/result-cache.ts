/** Results in this browser, by key: limited in size and age; what was used least goes first. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

interface Kept {
  key: string;
  json: string;
  /** Milliseconds since 1970. */
  ends: number;
  used: number;
}

interface Results extends DBSchema {
  results: { key: string; value: Kept; indexes: { used: number } };
}

export interface ResultCacheOptions {
  /** Of the database; others share nothing with it. */
  name?: string;
  /** Of all results, in characters of JSON. */
  limit?: number;
  maxAgeMs?: number;
  now?: () => number;
}

const VERSION = 1;

export class ResultCache {
  readonly #name: string;
  readonly #limit: number;
  readonly #maxAgeMs: number;
  readonly #now: () => number;
  #opening: Promise<IDBPDatabase<Results>> | null = null;

  constructor(options: ResultCacheOptions = {}) {
    this.#name = options.name ?? "webllm-client";
    this.#limit = options.limit ?? 16 * 2 ** 20;
    this.#maxAgeMs = options.maxAgeMs ?? 7 * 24 * 3600 * 1000;
    this.#now = options.now ?? Date.now;
  }

  /** The value of a key; undefined where there is none, or it is too old. */
  async get(key: string): Promise<unknown> {
    const { store, done } = (await this.#open()).transaction("results", "readwrite");
    const found = await store.get(key);
    const now = this.#now();
    const fresh = found !== undefined && found.ends > now;
    if (fresh) await store.put({ ...found, used: now });
    await done;
    return fresh ? (JSON.parse(found.json) as unknown) : undefined;
  }

  async put(key: string, value: unknown): Promise<void> {
    const json = JSON.stringify(value);
    const now = this.#now();
    const { store, done } = (await this.#open()).transaction("results", "readwrite");
    if (json.length <= this.#limit) await store.put({ key, json, ends: now + this.#maxAgeMs, used: now });
    else await store.delete(key);
    let size = 0;
    // From the one that was used last to the one that was used least.
    for (let cursor = await store.index("used").openCursor(null, "prev"); cursor !== null;) {
      size += cursor.value.json.length;
      if (size > this.#limit || cursor.value.ends <= now) await cursor.delete();
      cursor = await cursor.continue();
    }
    await done;
  }

  close(): void {
    void this.#opening?.then(
      (database) => {
        database.close();
      },
      () => undefined,
    );
    this.#opening = null;
  }

  #open(): Promise<IDBPDatabase<Results>> {
    return (this.#opening ??= openDB<Results>(this.#name, VERSION, {
      upgrade: (database) => {
        database.createObjectStore("results", { keyPath: "key" }).createIndex("used", "used");
      },
      blocking: () => {
        // Another tab brings a newer version: it must not wait for this one.
        this.close();
      },
    }));
  }
}
