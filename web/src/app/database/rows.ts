/** Rows of the database wherever they lie: in IndexedDB, or in memory where the browser keeps nothing. */
import type { Key, KeyRange } from "./keys";
import type { Schema, StoreName } from "./schema";

export interface Query {
  /** Absent: the primary key. */
  index?: string;
  range: KeyRange;
  limit?: number;
}

export type Put = {
  [S in StoreName]: {
    kind: "put";
    store: S;
    row: Schema[S];
    /** The revision that must still lie there; null: none; absent: whatever lies there. */
    expected?: number | null;
  };
}[StoreName];

/** Removes what a query finds. */
export interface Removal {
  kind: "remove";
  store: StoreName;
  query: Query;
}

export type Write = Put | Removal;

/** Another tab has written first. Nothing of the commit was stored. */
export class Outdated extends Error {
  override readonly name = "Outdated";

  constructor() {
    super("Another tab has stored a newer version.");
  }
}

export interface Rows {
  /** Whether rows survive the page. */
  readonly lasting: boolean;
  get<S extends StoreName>(store: S, key: Key): Promise<Schema[S] | undefined>;
  /** Those of these keys, in their order, in one reading; undefined where there is none. */
  some<S extends StoreName>(store: S, keys: readonly Key[]): Promise<(Schema[S] | undefined)[]>;
  /** In the order of the key that is asked for. */
  list<S extends StoreName>(store: S, query: Query): Promise<Schema[S][]>;
  /** Primary keys, in the order of the key that is asked for. */
  keys(store: StoreName, query: Query): Promise<Key[]>;
  /** The first parts of the array keys in an index, each once. */
  heads(store: StoreName, index: string): Promise<Key[]>;
  /** All or nothing. Rejects with `Outdated`. */
  commit(writes: readonly Write[]): Promise<void>;
  close(): void;
}

/** Whether a row may take the place of what lies there. */
export function fits(expected: number | null | undefined, found: { revision?: number } | undefined): boolean {
  if (expected === undefined) return true;
  return expected === (found?.revision ?? null);
}
