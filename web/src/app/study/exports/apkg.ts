/**
 * A deck as an Anki package: a ZIP that holds a collection (SQLite, schema 11, which every Anki since 2.1 reads).
 *
 * Its cards come to Anki as new ones. Read in again after a change, they are changed and not doubled: a card's `guid`
 * is its id here.
 */
import { BlobWriter, configure, TextReader, Uint8ArrayReader, ZipWriter } from "@zip.js/zip.js/lib/zip-core-custom.js";
import { sha1 } from "hash-wasm";
import type { Database, SqlJsStatic } from "sql.js";
import type { Card, Deck } from "../deck";
import { ANKI_SCHEMA, DECK_OPTIONS, NOTE_TYPE_ID, deckOf, noteTypeOf, SETTINGS } from "./anki-schema";

// Stored content needs no codec, and a deck is small.
configure({ useWebWorkers: false });

/** Between the fields of a note. */
const FIELD_END = "\x1f";
/** Told to Anki: it has not synchronised this. */
const UNSYNCED = -1;
const DEFAULT_DECK = 1;

export async function ankiPackage(sql: SqlJsStatic, deck: Deck, now: number): Promise<Blob> {
  const collection = await collectionOf(sql, deck, now);
  const zip = new ZipWriter(new BlobWriter("application/octet-stream"), { level: 0 });
  await zip.add("collection.anki2", new Uint8ArrayReader(collection));
  await zip.add("media", new TextReader("{}"));
  return zip.close();
}

async function collectionOf(sql: SqlJsStatic, deck: Deck, now: number): Promise<Uint8Array> {
  const database = new sql.Database();
  try {
    database.exec(ANKI_SCHEMA);
    // Anki names what it makes by the moment in which it was made.
    const id = deck.createdAt > DEFAULT_DECK ? deck.createdAt : now;
    addCollection(database, id, deck.name, now);
    for (const [index, card] of deck.cards.entries()) await addCard(database, { card, index, deck: id, now });
    return database.export();
  } finally {
    database.close();
  }
}

function addCollection(database: Database, deck: number, name: string, now: number): void {
  const seconds = Math.floor(now / 1000);
  const types = { [NOTE_TYPE_ID]: noteTypeOf(deck, seconds) };
  const decks = {
    [DEFAULT_DECK]: deckOf(DEFAULT_DECK, "Default", seconds),
    // Two colons would make a deck within a deck.
    [deck]: deckOf(deck, name.replaceAll(/:{2,}/gu, ":") || "Flashcards", seconds),
  };
  const parts = [SETTINGS, types, decks, DECK_OPTIONS, {}].map((part) => JSON.stringify(part));
  database.run("INSERT INTO col VALUES (1, ?, ?, ?, 11, 0, 0, 0, ?, ?, ?, ?, ?)", [seconds, now, now, ...parts]);
}

interface Placed {
  card: Card;
  index: number;
  deck: number;
  now: number;
}

async function addCard(database: Database, { card, index, deck, now }: Placed): Promise<void> {
  const seconds = Math.floor(now / 1000);
  const id = deck + index;
  const [question, answer] = [html(card.question), html(card.answer)];
  const check = parseInt((await sha1(question)).slice(0, 8), 16);
  const fields = `${question}${FIELD_END}${answer}`;
  database.run("INSERT INTO notes VALUES (?, ?, ?, ?, ?, '', ?, ?, ?, 0, '')", [
    id,
    card.id,
    NOTE_TYPE_ID,
    seconds,
    UNSYNCED,
    fields,
    question,
    check,
  ]);
  const due = index + 1;
  database.run("INSERT INTO cards VALUES (?, ?, ?, 0, ?, ?, 0, 0, ?, 0, 0, 0, 0, 0, 0, 0, 0, '')", [
    id,
    id,
    deck,
    seconds,
    UNSYNCED,
    due,
  ]);
}

/** A field of Anki's is HTML; a side of a card is what it says. */
function html(side: string): string {
  return side
    .replaceAll(FIELD_END, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/\r\n?|\n/gu, "<br>");
}
