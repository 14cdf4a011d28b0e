import { Uint8ArrayReader, ZipReader, Uint8ArrayWriter, type FileEntry } from "@zip.js/zip.js";
import fc from "fast-check";
import Papa from "papaparse";
import startSqlite, { type SqlJsStatic } from "sql.js";
import { beforeAll, describe, expect, it } from "vitest";
import type { Deck } from "../deck";
import { ankiPackage } from "./apkg";
import { cardsCsv, cardsJson } from "./text";

const NOW = Date.UTC(2026, 10, 21, 12);

function deck(sides: { question: string; answer: string }[], name = "Rivers"): Deck {
  const cards = sides.map((side, index) => ({ ...side, id: `card${String(index)}`, schedule: null }));
  return { id: "d", name, source: { kind: "topic", text: "Rivers" }, cards, makings: [], createdAt: NOW - 5000, changedAt: NOW };
}

const side = fc.string({ unit: "binary", maxLength: 40 });
const sides = fc.array(fc.record({ question: side, answer: side }), { maxLength: 8 });

describe("a deck as text", () => {
  it("is read back from JSON as it was", () => {
    fc.assert(
      fc.property(sides, (given) => {
        expect(JSON.parse(cardsJson(deck(given)))).toMatchObject({ format: "flashcards", version: 1, cards: given });
      }),
    );
  });

  it("is read back from CSV as it was", () => {
    fc.assert(
      fc.property(sides, (given) => {
        const csv = cardsCsv(deck(given)).slice(1);
        const read = Papa.parse(csv, { header: true, skipEmptyLines: false, newline: "\r\n" }).data.slice(0, -1);
        expect(read).toEqual(given);
      }),
    );
  });
});

describe("a deck as an Anki package", () => {
  let sql: SqlJsStatic;
  beforeAll(async () => {
    sql = await startSqlite();
  });

  /** Each row of a table as an object. */
  async function rows(packed: Blob, table: string): Promise<Record<string, unknown>[]> {
    const zip = new ZipReader(new Uint8ArrayReader(new Uint8Array(await packed.arrayBuffer())));
    const entries = await zip.getEntries();
    expect(entries.map(({ filename }) => filename)).toEqual(["collection.anki2", "media"]);
    const content = await (entries[0] as FileEntry).getData(new Uint8ArrayWriter());
    const database = new sql.Database(content);
    const [found] = database.exec(`SELECT * FROM ${table} ORDER BY id`);
    database.close();
    return (found?.values ?? []).map((values) =>
      Object.fromEntries(values.map((value, index) => [found?.columns[index] ?? "", value])),
    );
  }

  it("has a note and a card for each card, in their order", async () => {
    const packed = await ankiPackage(sql, deck([{ question: "one?", answer: "1" }, { question: "two?", answer: "2" }]), NOW);
    expect(await rows(packed, "notes")).toMatchObject([
      { guid: "card0", flds: "one?\x1f1", sfld: "one?" },
      { guid: "card1", flds: "two?\x1f2" },
    ]);
    const cards = await rows(packed, "cards");
    expect(cards.map(({ due, type, queue }) => [due, type, queue])).toEqual([
      [1, 0, 0],
      [2, 0, 0],
    ]);
    const [collection] = await rows(packed, "col");
    const decks = JSON.parse(String(collection?.decks)) as Record<string, { name: string }>;
    expect(decks[String(cards[0]?.did)]?.name).toBe("Rivers");
  });

  it("says in Anki what it says here: no side becomes markup, and none breaks out of its field", async () => {
    const hostile = [{ question: '<img src=x onerror="alert(1)">\n& so', answer: "a\x1fb" }];
    const [note] = await rows(await ankiPackage(sql, deck(hostile), NOW), "notes");
    expect(note?.flds).toBe('&lt;img src=x onerror="alert(1)"&gt;<br>&amp; so\x1fa b');
  });
});
