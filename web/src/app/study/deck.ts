/** A deck of flashcards: what it holds, and how it is read back from wherever it was stored (pure). */
import type { Flashcard } from "../../lib/client/flashcards";
import { type Schedule, readSchedule } from "./schedule";

/** At most this many cards are asked for at once, and lie in a deck. */
export const MOST_AT_ONCE = 50;
export const MOST_IN_A_DECK = 2000;
/** Of a text that cards are made of, in characters. */
export const LONGEST_SOURCE = 200_000;
/** Of one side of a card, in characters: a person may write more than a model is asked for. */
export const LONGEST_SIDE = 2000;
export const LONGEST_NAME = 120;

/** What cards are made of. */
export type Source = { kind: "topic" | "text"; text: string };

export interface Card extends Flashcard {
  id: string;
  /** When it comes next; null: it was never reviewed. */
  schedule: Schedule | null;
}

/** What the model once made, whatever became of it in the deck: asked for the same again, it is given again. */
export interface Making {
  /** Of the count, the model and the settings (`keyOf`). */
  key: string;
  cards: readonly Flashcard[];
  /** Id of the model. */
  model: string;
  /** Milliseconds since 1970. */
  at: number;
}

export interface Deck {
  id: string;
  name: string;
  /** Null: its cards are all by hand. */
  source: Source | null;
  cards: readonly Card[];
  makings: readonly Making[];
  createdAt: number;
  changedAt: number;
}

/** A name for a deck that nobody has named: the topic, or how its text begins. */
export function nameOf({ text }: Source): string {
  const [line = ""] = text.trim().split(/\n/u);
  const characters = Array.from(line.replaceAll(/\s+/gu, " ").trim());
  return characters.length <= 60 ? characters.join("") : `${characters.slice(0, 59).join("").trimEnd()}…`;
}

/** Two questions that differ in signs and letters' size alone are the same. */
export const sameness = (question: string): string =>
  question.normalize("NFKC").toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, " ").trim();

/** What was stored, by whatever version of this page; null where it is no deck. What is no card in it is left out. */
export function readDeck(id: string, stored: unknown): Deck | null {
  if (!isRecord(stored) || typeof stored.name !== "string") return null;
  const { source, cards, makings, createdAt, changedAt } = stored;
  return {
    id,
    name: stored.name.slice(0, LONGEST_NAME),
    source: readSource(source),
    cards: listed(cards, readCard),
    makings: listed(makings, readMaking),
    createdAt: timeIn(createdAt),
    changedAt: timeIn(changedAt),
  };
}

function readSource(stored: unknown): Source | null {
  if (!isRecord(stored) || typeof stored.text !== "string") return null;
  return stored.kind === "topic" || stored.kind === "text" ? { kind: stored.kind, text: stored.text } : null;
}

function readCard(stored: unknown): Card | null {
  const sides = readSides(stored);
  if (sides === null || !isRecord(stored) || typeof stored.id !== "string") return null;
  return { id: stored.id, ...sides, schedule: readSchedule(stored.schedule) };
}

function readMaking(stored: unknown): Making | null {
  if (!isRecord(stored) || typeof stored.key !== "string" || typeof stored.model !== "string") return null;
  return { key: stored.key, model: stored.model, at: timeIn(stored.at), cards: listed(stored.cards, readSides) };
}

function readSides(stored: unknown): Flashcard | null {
  if (!isRecord(stored)) return null;
  const { question, answer } = stored;
  return typeof question === "string" && typeof answer === "string" ? { question, answer } : null;
}

function listed<T>(stored: unknown, read: (each: unknown) => T | null): T[] {
  if (!Array.isArray(stored)) return [];
  return stored.map(read).filter((each) => each !== null);
}

const timeIn = (stored: unknown): number => (typeof stored === "number" && Number.isFinite(stored) ? stored : 0);

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
