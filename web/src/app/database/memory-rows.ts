import { compareKeys, inRange, type Key } from "./keys";
import { fits, Outdated, type Query, type Rows, type Write } from "./rows";
import { SHAPES, type Schema, type StoreName, type StoreShape } from "./schema";

type AnyRow = Schema[StoreName];

/** Rows that end with the page. */
export class MemoryRows implements Rows {
  readonly lasting = false;
  readonly #stores = new Map<StoreName, Map<string, AnyRow>>();

  get<S extends StoreName>(store: S, key: Key): Promise<Schema[S] | undefined> {
    return Promise.resolve(copyOf(this.#of(store).get(nameOf(key))) as Schema[S] | undefined);
  }

  some<S extends StoreName>(store: S, keys: readonly Key[]): Promise<(Schema[S] | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(store, key)));
  }

  list<S extends StoreName>(store: S, query: Query): Promise<Schema[S][]> {
    return Promise.resolve(this.#found(store, query).map(([, row]) => copyOf(row) as Schema[S]));
  }

  keys(store: StoreName, query: Query): Promise<Key[]> {
    return Promise.resolve(this.#found(store, query).map(([, row]) => primaryKey(store, row)));
  }

  heads(store: StoreName, index: string): Promise<Key[]> {
    const keys = [...this.#of(store).values()].flatMap((row) => indexKeys(SHAPES[store], index, row));
    const heads = keys.flatMap((key) => (Array.isArray(key) ? [(key as Key[])[0] ?? ""] : []));
    return Promise.resolve([...new Set(heads)].sort(compareKeys));
  }

  commit(writes: readonly Write[]): Promise<void> {
    for (const write of writes) {
      if (write.kind !== "put") continue;
      const found = this.#of(write.store).get(nameOf(primaryKey(write.store, write.row)));
      if (!fits(write.expected, found as { revision?: number } | undefined)) return Promise.reject(new Outdated());
    }
    for (const write of writes) {
      const rows = this.#of(write.store);
      if (write.kind === "put") rows.set(nameOf(primaryKey(write.store, write.row)), copyOf(write.row));
      else {
        for (const [, row] of this.#found(write.store, write.query)) {
          rows.delete(nameOf(primaryKey(write.store, row)));
        }
      }
    }
    return Promise.resolve();
  }

  close(): void {
    this.#stores.clear();
  }

  #of(store: StoreName): Map<string, AnyRow> {
    const rows = this.#stores.get(store) ?? new Map<string, AnyRow>();
    this.#stores.set(store, rows);
    return rows;
  }

  /** In the order of the index, and of the primary key where that is equal. */
  #found(store: StoreName, { index, range, limit }: Query): [Key, AnyRow][] {
    const entries = [...this.#of(store).values()].flatMap((row): [Key, AnyRow][] => {
      const keys = index === undefined ? [primaryKey(store, row)] : indexKeys(SHAPES[store], index, row);
      return keys.filter((key) => inRange(key, range)).map((key) => [key, row]);
    });
    entries.sort(
      ([key, row], [other, otherRow]) =>
        compareKeys(key, other) || compareKeys(primaryKey(store, row), primaryKey(store, otherRow)),
    );
    return entries.slice(0, limit);
  }
}

const nameOf = (key: Key): string => JSON.stringify(key);

function copyOf<T>(row: T): T {
  return structuredClone(row);
}

function field(row: AnyRow, name: string): Key | undefined {
  return (row as unknown as Record<string, Key | undefined>)[name];
}

function primaryKey(store: StoreName, row: AnyRow): Key {
  const { key } = SHAPES[store];
  if (typeof key === "string") return field(row, key) ?? "";
  return key.map((part) => field(row, part) ?? "");
}

function indexKeys(shape: StoreShape, index: string, row: AnyRow): Key[] {
  const value = field(row, index);
  if (value === undefined) return [];
  if (shape.indexes[index]?.each !== true) return [value];
  const each = value as Key[];
  // As IndexedDB does: one entry for equal keys.
  return each.filter((key, place) => each.findIndex((other) => compareKeys(other, key) === 0) === place);
}
