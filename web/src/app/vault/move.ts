/** A profile's records from one database into another, which keeps them in another way. */
import type { Documents } from "../../bridge/documents";
import type { RecordCodec } from "../database/codec";
import type { Key, KeyRange } from "../database/keys";
import type { Rows, Write } from "../database/rows";
import { SHAPES, type Schema, type StoreName } from "../database/schema";

/** Of one writing: few enough that a page shows how far it has come. */
const BATCH = 100;

/** Before every key, and behind every key that the stores have. */
const EVERYTHING: KeyRange = { from: -Infinity, to: [[]] };

export interface End {
  rows: Rows;
  codec: RecordCodec;
}

export interface Moving {
  from: End;
  to: End;
  /** Told after each writing how many records there are in the new place. */
  moved: (records: number) => void;
}

const STORES = Object.keys(SHAPES) as StoreName[];

/** How many records lie there. */
export async function countOf(rows: Rows): Promise<number> {
  const keys = await Promise.all(STORES.map((store) => rows.keys(store, { range: EVERYTHING })));
  return keys.reduce((sum, { length }) => sum + length, 0);
}

/** Copies every record. Rejects where the new place holds another number of them in the end. */
export async function moveRows({ from, to, moved }: Moving): Promise<void> {
  let records = 0;
  for (const store of STORES) {
    for await (const rows of batchesOf(from.rows, store)) {
      const writes = rows.map(async (row) => ({ kind: "put", store, row: await recoded(store, row, from.codec, to.codec) }) as Write);
      await to.rows.commit(await Promise.all(writes));
      moved((records += rows.length));
    }
  }
  const there = await countOf(to.rows);
  if (there !== records) throw new Error(`Of ${String(records)} records ${String(there)} arrived.`);
}

export async function moveDocuments(from: Documents, to: Documents): Promise<void> {
  for (const key of await from.keys()) {
    const text = await from.get(key);
    if (text !== null) await to.set(key, text);
  }
}

async function* batchesOf<S extends StoreName>(rows: Rows, store: S): AsyncGenerator<Schema[S][]> {
  // Keys first: a record may be large, and all of them together more than a page can hold.
  const keys = await rows.keys(store, { range: EVERYTHING });
  for (let at = 0; at < keys.length; at += BATCH) {
    const [first, last] = [keys[at], keys[Math.min(at + BATCH, keys.length) - 1]];
    if (first === undefined || last === undefined) return;
    yield await rows.list(store, { range: { from: first, to: last } });
  }
}

type AnyRow = Schema[StoreName];

/** The row with its body and its index keys as the other codec writes them. */
async function recoded(store: StoreName, row: AnyRow, from: RecordCodec, to: RecordCodec): Promise<AnyRow> {
  const key = async (text: string): Promise<string> => to.key(await from.text(text));
  const headed = async (keys: readonly Key[]): Promise<Key[]> => [await key(String(keys[0])), ...keys.slice(1)];
  const body = await to.encode(await from.decode(row.body));
  switch (store) {
    case "conversations": {
      const { places, words, ...rest } = row as Schema["conversations"];
      return {
        ...rest,
        body,
        places: await Promise.all(places.map((place) => headed(place as Key[]))),
        words: await Promise.all(words.map(key)),
      };
    }
    case "turns": {
      const turn = row as Schema["turns"];
      return { ...turn, body, words: await Promise.all(turn.words.map(key)) };
    }
    case "inferences": {
      const inference = row as Schema["inferences"];
      return { ...inference, body, model: await headed(inference.model) };
    }
    case "sums": {
      const sum = row as Schema["sums"];
      return { ...sum, id: await key(sum.id), body };
    }
    case "templates":
    case "tools":
    case "settings":
    case "decks":
    case "batches": {
      const document = row as Schema["settings"];
      return { id: await key(document.id), body };
    }
    case "drafts":
    case "blobs":
      return { ...row, body };
  }
}
