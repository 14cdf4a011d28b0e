/** A deck as a file to take away. What a format needs is fetched when it is asked for, from this site. */
import sqliteUrl from "sql.js/dist/sql-wasm-browser.wasm?url";
import { fileName } from "../../../page/download";
import type { Deck } from "../deck";
import { cardsCsv, cardsJson } from "./text";

export const FORMATS = ["json", "csv", "anki"] as const;
export type Format = (typeof FORMATS)[number];

const ENDINGS = { json: "json", csv: "csv", anki: "apkg" } as const satisfies Record<Format, string>;

export interface Exported {
  name: string;
  content: Blob;
}

export async function exported(deck: Deck, format: Format, now: number): Promise<Exported> {
  const name = `${fileName(deck.name).slice(0, 80)}.${ENDINGS[format]}`;
  switch (format) {
    case "json":
      return { name, content: new Blob([cardsJson(deck)], { type: "application/json" }) };
    case "csv":
      return { name, content: new Blob([cardsCsv(deck)], { type: "text/csv;charset=utf-8" }) };
    case "anki": {
      const [{ ankiPackage }, { default: startSqlite }] = await Promise.all([import("./apkg"), import("sql.js")]);
      const sql = await startSqlite({ locateFile: () => sqliteUrl });
      return { name, content: await ankiPackage(sql, deck, now) };
    }
  }
}
