/** What Python keeps in the browser, and the functions by which Python finds it. */
import { Documents, type DocumentsOptions } from "./documents";

export interface StoreGlobals {
  js_store_get(key: string): Promise<string | null>;
  js_store_set(key: string, json: string): Promise<void>;
  /** Stores `json` only where the text is still `expected` (nullish: nothing yet); false when somebody was faster. */
  js_store_replace(key: string, expected: string | null | undefined, json: string): Promise<boolean>;
  js_store_delete(key: string): Promise<void>;
  /** JSON of the array of keys that start with `prefix`, in order. */
  js_store_keys(prefix: string): Promise<string>;
}

/** Puts the store where Python finds it. The database is opened at the first use; functions reject with what it says. */
export function installStore(scope: object, options: DocumentsOptions = {}): void {
  const documents = new Documents(options);
  const globals: StoreGlobals = {
    js_store_get: (key) => documents.get(key),
    js_store_set: (key, json) => documents.set(key, json),
    js_store_replace: (key, expected, json) => documents.replace(key, expected ?? null, json),
    js_store_delete: (key) => documents.delete(key),
    js_store_keys: async (prefix) => JSON.stringify(await documents.keys(prefix)),
  };
  Object.assign(scope, globals);
}
