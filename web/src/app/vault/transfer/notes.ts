/** The notes that models write down for a person, as Python's tool keeps them (pure). */
import { isRecord } from "../../stores/payload";

/** Where they lie among Python's documents. */
export const NOTES = "notes";

interface Note {
  id: number;
  text: string;
}

interface Notes {
  /** The number of the next one. */
  next: number;
  notes: readonly Note[];
}

/** Null where the text is no such document. */
export function readNotes(text: string): Notes | null {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(found) || !Number.isSafeInteger(found["next"]) || !Array.isArray(found["notes"])) return null;
  const right = found["notes"].every(
    (note: unknown) => isRecord(note) && Number.isSafeInteger(note["id"]) && typeof note["text"] === "string",
  );
  return right ? (found as unknown as Notes) : null;
}

/** Those that are here, then those of the file that say something else, under numbers of their own. */
export function mergedNotes(here: string | null, file: string): { text: string; added: number } {
  const [mine, theirs] = [here === null ? null : readNotes(here), readNotes(file)];
  if (mine === null) return { text: file, added: theirs?.notes.length ?? 0 };
  const known = new Set(mine.notes.map(({ text }) => text));
  const added = (theirs?.notes ?? []).filter(({ text }) => !known.has(text));
  const numbered = added.map(({ text }, at) => ({ id: mine.next + at, text }));
  const next = mine.next + added.length;
  return { text: JSON.stringify({ next, notes: [...mine.notes, ...numbered] }), added: added.length };
}
