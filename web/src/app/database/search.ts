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
/** Entries that are read first: enough for what a person looks at first. */
const GLANCE = 100;
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
  const { limit, onFirst, signal } = options;
  const gone = (): boolean => signal?.aborted === true;
  const read: Reading = (places) => hitsAt(places, words, searched);
  // However much there is, its beginning is read as fast.
  const glance = await candidatesOf(words, GLANCE, searched);
  const first = await hitsOf(glance.candidates, Math.min(FIRST, limit), read, gone);
  if (gone() || (!glance.more && first.looked === glance.candidates.length)) {
    return { hits: first.hits, more: glance.more || first.looked < glance.candidates.length, searching: false };
  }
  if (first.hits.length > 0) await onFirst?.({ hits: first.hits, more: true, searching: true });
  if (gone()) return { hits: first.hits, more: true, searching: false };
  const { candidates, more } = glance.more ? await candidatesOf(words, BOUND, searched) : glance;
  // What is shown already stays where it is.
  const known = new Set(glance.candidates.slice(0, first.looked).map(([id]) => id));
  const others = candidates.filter(([id]) => !known.has(id));
  const rest = await hitsOf(others, limit - first.hits.length, read, gone);
  return { hits: [...first.hits, ...rest.hits], more: more || rest.looked < others.length, searching: false };
}

/** A conversation and the turn of it that has a word; null: only its title has it. */
type Candidate = readonly [string, Key | null];

/** Reads what stands at these places; without what has gone meanwhile. */
type Reading = (places: readonly Candidate[]) => Promise<Hit[]>;

interface Candidates {
  candidates: readonly Candidate[];
  /** Whether there are more places than were read. */
  more: boolean;
}

/** Those that have every word, as far as `bound` places of each word show it. */
async function candidatesOf(words: readonly string[], bound: number, searched: Searched): Promise<Candidates> {
  // Whoever types has not finished the last word.
  const read = await Promise.all(words.map((word, place) => placesOf(word, place === words.length - 1, bound, searched)));
  return { candidates: inAll(read.map(({ places }) => places)), more: read.some(({ more }) => more) };
}

/** The first hits among candidates, and how many candidates were looked at for them. */
async function hitsOf(
  candidates: readonly Candidate[],
  limit: number,
  read: Reading,
  gone: () => boolean,
): Promise<{ hits: Hit[]; looked: number }> {
  const hits: Hit[] = [];
  let looked = 0;
  while (looked < candidates.length && hits.length < limit && !gone()) {
    const piece = candidates.slice(looked, looked + limit - hits.length);
    looked += piece.length;
    hits.push(...(await read(piece)));
  }
  return { hits, looked };
}

async function placesOf(
  word: string,
  open: boolean,
  bound: number,
  { rows, codec }: Searched,
): Promise<{ places: Places; more: boolean }> {
  const whole = exactly(await codec.key(word));
  // The word itself first: among many that begin like it, it is what was meant.
  const ranges: KeyRange[] = open ? [whole, await codec.beginning(word)] : [whole];
  const places: Places = new Map();
  let more = false;
  const read = ranges.map((range) => {
    const query = { index: "words", range, limit: bound };
    return Promise.all([rows.keys("conversations", query), rows.keys("turns", query)]);
  });
  for (const [titles, turns] of await Promise.all(read)) {
    for (const key of turns as [number, string, string][]) if (!places.has(key[1])) places.set(key[1], key);
    for (const id of titles as string[]) if (!places.has(id)) places.set(id, null);
    more ||= titles.length === bound || turns.length === bound;
  }
  return { places, more };
}

/** Those that have every word, in the order of their newest turn; titles come first. */
function inAll([first = new Map<string, Key | null>(), ...others]: readonly Places[]): Candidate[] {
  const common = [...first.entries()].filter(([id]) => others.every((places) => places.has(id)));
  const turns = common.map(([id, turn]): Candidate => [
    id,
    turn ?? others.map((places) => places.get(id) ?? null).find((other) => other !== null) ?? null,
  ]);
  return turns.sort(([, one], [, other]) => ageOf(one) - ageOf(other));
}

const ageOf = (turn: Key | null): number => (turn === null ? -Infinity : (turn as [number])[0]);

/** One reading for all conversations, and one for all turns: each has its price, however little is read. */
async function hitsAt(places: readonly Candidate[], words: readonly string[], searched: Searched): Promise<Hit[]> {
  const { rows } = searched;
  const keys = places.flatMap(([, turn]) => (turn === null ? [] : [turn]));
  const [conversations, turns] = await Promise.all([
    rows.some("conversations", places.map(([id]) => id)),
    rows.some("turns", keys),
  ]);
  const turnOf = new Map(keys.map((key, place) => [key, turns[place]]));
  const hits = places.map(async ([, key], place) => {
    const row = conversations[place];
    const turn = key === null ? undefined : turnOf.get(key);
    return row === undefined || row.deleted !== undefined ? null : hitOf(row, turn, words, searched);
  });
  return (await Promise.all(hits)).filter((hit) => hit !== null);
}

async function hitOf(row: ConversationRow, turn: TurnRow | undefined, words: readonly string[], searched: Searched): Promise<Hit> {
  const [conversation, excerpt] = await Promise.all([
    searched.read(row),
    turn === undefined ? null : searched.excerpt(turn),
  ]);
  if (turn === undefined || excerpt === null) return { conversation, excerpt: null, turn: null };
  return { conversation, excerpt: around(excerpt, words), turn: turn.id };
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
