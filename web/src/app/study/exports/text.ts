/** A deck as text that other programs read: JSON and CSV. */
import Papa from "papaparse";
import type { Deck } from "../deck";

export const CARDS_FORMAT = "flashcards";
export const CARDS_VERSION = 1;

export function cardsJson({ name, source, cards }: Deck): string {
  const sides = cards.map(({ question, answer }) => ({ question, answer }));
  return `${JSON.stringify({ format: CARDS_FORMAT, version: CARDS_VERSION, name, source, cards: sides }, null, 2)}\n`;
}

/** With a byte order mark: without one a spreadsheet takes it for a local encoding. */
export function cardsCsv({ cards }: Deck): string {
  const rows = [["question", "answer"], ...cards.map(({ question, answer }) => [question, answer])];
  return `\uFEFF${Papa.unparse(rows, { newline: "\r\n" })}\r\n`;
}
