/**
 * The search for words: in titles, and in what was asked and answered.
 *
 * Every read is bounded, so that it takes as long among ten thousand conversations as among ten. The primary key of
 * turns begins with their age: equal words come newest first, and a bound cuts off the oldest.
 */
import type { RecordCodec } from "./codec";
import { exactly, type Key, type KeyRange } from "./keys";
import type { ConversationRecord, Found, Hit, SearchOptions } from "./records";
import type { Rows } from "./rows";
import type { ConversationRow, TurnRow } from "./schema";
import { plain, wordsOf } from "./words";

/** Entries of an index that are read for one word. */
const BOUND = 2_000;
/** Hits that are shown before the others are read. */
const FIRST = 8;
/** Characters of a turn around the word that was found. */
const BEFORE = 30;
const AROUND = 120;

export interface Searched {
  rows: Rows;
  codec: RecordCodec;
  read(row: ConversationRow): Promise<ConversationRecord>;
  excerpt(row: TurnRow): Promise<string>;
}

/** Where a word stands: by conversation, the newest turn that has it; null: in its title. */
type Places = Map<string, Key | null>;

export async function search(query: string, options: SearchOptions, searched: Searched): Promise<Found> {
  const words = wordsOf(query);
  if (words.length === 0) return { hits: [], more: false, searching: false };
  // Whoever types has not finished the last word.
  const read = await Promise.all(
    words.map((word, place) => placesOf(word, place === words.length - 1, searched)),
  );
  const candidates = inAll(read.map(({ places }) => places));
  return collected(candidates, read.some(({ more }) => more), options, (id, turn) => hitOf(id, turn, words, searched));
}

/** The hits among candidates, read together: the first few, which a person looks at, before the others. */
async function collected(
  candidates: readonly [string, Key | null][],
  beyond: boolean,
  { limit, onFirst, signal }: SearchOptions,
  read: (id: string, turn: Key | null) => Promise<Hit | null>,
): Promise<Found> {
  const hits: Hit[] = [];
  let at = 0;
  const rest = (): boolean => at < candidates.length && hits.length < limit && signal?.aborted !== true;
  while (rest()) {
    const piece = candidates.slice(at, at + Math.min(at === 0 ? FIRST : limit, limit - hits.length));
    at += piece.length;
    const found = await Promise.all(piece.map(([id, turn]) => read(id, turn)));
    hits.push(...found.filter((hit) => hit !== null));
    if (at === piece.length && rest()) onFirst?.({ hits: [...hits], more: true, searching: true });
  }
  return { hits, more: beyond || at < candidates.length, searching: false };
}

async function placesOf(
  word: string,
  open: boolean,
  { rows, codec }: Searched,
): Promise<{ places: Places; more: boolean }> {
  const whole = exactly(await codec.key(word));
  // The word itself first: among many that begin like it, it is what was meant.
  const ranges: KeyRange[] = open ? [whole, await codec.beginning(word)] : [whole];
  const places: Places = new Map();
  let more = false;
  const read = ranges.map((range) => {
    const query = { index: "words", range, limit: BOUND };
    return Promise.all([rows.keys("conversations", query), rows.keys("turns", query)]);
  });
  for (const [titles, turns] of await Promise.all(read)) {
    for (const key of turns as [number, string, string][]) if (!places.has(key[1])) places.set(key[1], key);
    for (const id of titles as string[]) if (!places.has(id)) places.set(id, null);
    more ||= titles.length === BOUND || turns.length === BOUND;
  }
  return { places, more };
}

/** Those that have every word, in the order of their newest turn; titles come first. */
function inAll([first = new Map<string, Key | null>(), ...others]: readonly Places[]): [string, Key | null][] {
  const common = [...first.entries()].filter(([id]) => others.every((places) => places.has(id)));
  const turns = common.map(([id, turn]): [string, Key | null] => [
    id,
    turn ?? others.map((places) => places.get(id) ?? null).find((other) => other !== null) ?? null,
  ]);
  return turns.sort(([, one], [, other]) => ageOf(one) - ageOf(other));
}

const ageOf = (turn: Key | null): number => (turn === null ? -Infinity : (turn as [number])[0]);

async function hitOf(id: string, turn: Key | null, words: readonly string[], searched: Searched): Promise<Hit | null> {
  const { rows } = searched;
  const [row, found] = await Promise.all([
    rows.get("conversations", id),
    turn === null ? undefined : rows.get("turns", turn),
  ]);
  if (row === undefined || row.deleted !== undefined) return null;
  const conversation = await searched.read(row);
  if (found === undefined) return { conversation, excerpt: null, turn: null };
  return { conversation, excerpt: around(await searched.excerpt(found), words), turn: found.id };
}

/** The part of a text that shows a word. */
function around(text: string, words: readonly string[]): string {
  const line = text.replaceAll(/\s+/gu, " ").trim();
  const even = plain(line);
  const places = words.map((word) => even.indexOf(word)).filter((place) => place >= 0);
  const first = places.length === 0 ? 0 : Math.min(...places);
  const from = Math.max(0, line.lastIndexOf(" ", Math.max(0, first - BEFORE)) + 1);
  const start = first < BEFORE ? 0 : from;
  const part = line.slice(start, start + AROUND);
  return `${start > 0 ? "…" : ""}${part}${start + AROUND < line.length ? "…" : ""}`;
}
