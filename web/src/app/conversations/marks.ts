/** Which parts of a text show the words of a search (pure). */
import { plain, wordsOf } from "../database/words";

export interface Piece {
  text: string;
  marked: boolean;
}

/** The words of the text that begin like one that was searched for. */
export function marked(text: string, query: string): readonly Piece[] {
  const words = wordsOf(query);
  const pieces: Piece[] = [];
  for (const part of text.split(/([\p{L}\p{N}\p{M}]+)/u)) {
    if (part === "") continue;
    const even = plain(part);
    const hit = words.some((word) => even.startsWith(word));
    const last = pieces.at(-1);
    if (last?.marked === hit) last.text += part;
    else pieces.push({ text: part, marked: hit });
  }
  return pieces;
}
