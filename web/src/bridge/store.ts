import { type DBSchema, type IDBPDatabase, openDB } from "idb";

interface Documents extends DBSchema {
  documents: { key: string; value: string };
}

const DATABASE = "webllm-provider";
const VERSION = 1;

/** What Python keeps in the browser: JSON text by key. The functions reject with what IndexedDB says. */
export interface StoreGlobals {
  js_store_get(key: string): Promise<string | null>;
  js_store_set(key: string, json: string): Promise<void>;
  /** Stores `json` only where the text is still `expected` (nullish: nothing yet); false when somebody was faster. */
  js_store_replace(key: string, expected: string | null | undefined, json: string): Promise<boolean>;
  js_store_delete(key: string): Promise<void>;
  /** JSON of the array of keys that start with `prefix`, in order. */
  js_store_keys(prefix: string): Promise<string>;
}

/** Puts the store where Python finds it. The database is opened at the first use. */
export function installStore(scope: object): void {
  let database: Promise<IDBPDatabase<Documents>> | null = null;
  const open = (): Promise<IDBPDatabase<Documents>> => (database ??= openDocuments(() => (database = null)));
  const globals: StoreGlobals = {
    js_store_get: async (key) => (await (await open()).get("documents", key)) ?? null,
    js_store_set: async (key, json) => {
      await (await open()).put("documents", json, key);
    },
    js_store_replace: async (key, expected, json) => {
      // One transaction: other tabs and workers write the same documents.
      const { store, done } = (await open()).transaction("documents", "readwrite");
      const free = ((await store.get(key)) ?? null) === (expected ?? null);
      if (free) await store.put(json, key);
      await done;
      return free;
    },
    js_store_delete: async (key) => {
      await (await open()).delete("documents", key);
    },
    js_store_keys: async (prefix) => {
      const keys = await (await open()).getAllKeys("documents", IDBKeyRange.lowerBound(prefix));
      return JSON.stringify(keys.filter((key) => key.startsWith(prefix)));
    },
  };
  Object.assign(scope, globals);
}

/** `gone` is called when the connection cannot be used any more: the next use opens another. */
function openDocuments(gone: () => void): Promise<IDBPDatabase<Documents>> {
  const opening = openDB<Documents>(DATABASE, VERSION, {
    upgrade: (database) => {
      database.createObjectStore("documents");
    },
    // Another tab brings a newer version: it must not wait for this one.
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
