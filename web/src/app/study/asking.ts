/**
 * How the model is asked for cards: one request each, held to the schema of one card (pure).
 *
 * The requests of one making are a conversation that grows: what the cards are made of comes first, the cards so far
 * behind it. An engine keeps that beginning in its KV cache from one card to the next, and the model sees what it
 * has asked already.
 */
import { cardSchema, type Flashcard, isCard } from "../../lib/client/flashcards";
import type { BodyMessage, CompletionBody } from "../../protocol/wire";
import type { Choices } from "../settings/choices";
import type { Source } from "./deck";

/** What of a person's choices for answers counts for cards; their length and form are the cards' own. */
export type Sampling = Pick<CompletionBody, "temperature" | "top_p" | "top_k" | "frequency_penalty" | "presence_penalty" | "seed">;

/** More than a card of the schema's longest sides takes, but for scripts whose every letter is several tokens. */
const LONGEST_CARD_TOKENS = 640;
/** Shares of the context window; the rest is for the card itself, and for what is estimated too small. */
const SHARE_OF_SOURCE = 0.4;
const SHARE_OF_CARDS = 0.25;
/** What stands around a card in the conversation, in letters. */
const AROUND_A_CARD = 120;

export function samplingOf(choices: Choices): Sampling {
  const { temperature, top_p, top_k, frequency_penalty, presence_penalty, seed } = choices;
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(top_p === undefined ? {} : { top_p }),
    ...(top_k === undefined ? {} : { top_k }),
    ...(frequency_penalty === undefined ? {} : { frequency_penalty }),
    ...(presence_penalty === undefined ? {} : { presence_penalty }),
    ...(seed === undefined ? {} : { seed }),
  };
}

/** What is to be made, card by card. */
export interface Wanted {
  /** A part of the source that the model can read at once. */
  piece: Source;
  /** Of the same piece, oldest first. */
  before: readonly Flashcard[];
  sampling: Sampling;
  /** Of the model, in tokens. */
  contextWindow: number;
}

export function bodyOf({ piece, before, sampling, contextWindow }: Wanted): CompletionBody {
  const shown = shownOf(before, contextWindow * SHARE_OF_CARDS);
  return {
    ...sampling,
    messages: [instruction(piece), ...shown.flatMap((card, index) => turnOf(card, index)), question(shown.length)],
    max_tokens: LONGEST_CARD_TOKENS,
    response_format: { type: "json_schema", json_schema: { name: "flashcard", schema: cardSchema() } },
  };
}

/** A card from the text of an answer; null where it is none, or a side of it is empty. */
export function cardOf(text: string): Flashcard | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Cut before its end.
    return null;
  }
  if (!isCard(value)) return null;
  const { question, answer } = { question: value.question.trim(), answer: value.answer.trim() };
  return question === "" || answer === "" ? null : { question, answer };
}

/** The parts of a source that the model reads one at a time, cut between paragraphs, else sentences, else anywhere. */
export function piecesOf(source: Source, contextWindow: number): Source[] {
  const most = Math.max(100, Math.floor(contextWindow * SHARE_OF_SOURCE * lettersOfAToken(source.text)));
  if (source.text.length <= most) return [source];
  // Of equal length: the last one must not be a rest of three words.
  const wanted = Math.ceil(source.text.length / Math.ceil(source.text.length / most));
  const pieces: Source[] = [];
  for (let rest = source.text.trim(); rest !== ""; ) {
    const length = rest.length <= wanted ? rest.length : cutIn(rest, wanted, most);
    pieces.push({ kind: source.kind, text: rest.slice(0, length).trim() });
    rest = rest.slice(length).trim();
  }
  return pieces;
}

/** Which piece each of `count` cards is of: evenly, from the first to the last. */
export function spread(count: number, pieces: number): number[] {
  return Array.from({ length: count }, (_, card) => Math.floor((card * pieces) / count));
}

/** Where to cut: behind a paragraph that ends not far from `wanted`, else a sentence, a word, a sign. */
function cutIn(text: string, wanted: number, most: number): number {
  const from = Math.floor(wanted / 2);
  for (const end of [/\n\s*\n/gu, /[.!?。！？]\s/gu, /\s/gu]) {
    const places = [...text.slice(0, most).matchAll(end)].map(({ index, 0: found }) => index + found.length);
    const near = places.filter((place) => place >= from);
    const best = near.sort((one, other) => Math.abs(one - wanted) - Math.abs(other - wanted))[0];
    if (best !== undefined) return best;
  }
  // Not within a pair of surrogates.
  return /[\uD800-\uDBFF]/u.test(text.charAt(most - 1)) ? most - 1 : most;
}

/** Letters of a token, at the least that is usual: what is estimated with it is estimated too large. */
function lettersOfAToken(text: string): number {
  const latin = text.replaceAll(/[^\p{Script=Latin}\p{Script=Common}]/gu, "").length;
  return latin > text.length * 0.8 ? 3 : 1;
}

const tokensOf = ({ question, answer }: Flashcard): number =>
  (question.length + answer.length) / lettersOfAToken(question + answer) + AROUND_A_CARD / 3;

/**
 * The newest cards. Where they outgrow their room the older half of it is left out at once, so that the beginning stays
 * the same from one request to the next.
 */
function shownOf(before: readonly Flashcard[], tokens: number): readonly Flashcard[] {
  let first = 0;
  let used = 0;
  for (const [index, card] of before.entries()) {
    used += tokensOf(card);
    if (used <= tokens) continue;
    while (used > tokens / 2 && first <= index) {
      const oldest = before[first];
      used -= oldest === undefined ? 0 : tokensOf(oldest);
      first += 1;
    }
  }
  return before.slice(first);
}

function instruction({ kind, text }: Source): BodyMessage {
  const of = kind === "topic" ? `about this: ${text}` : `about what this text says:\n\n${text}`;
  return {
    role: "system",
    content:
      "You write flashcards, each a question and a short answer, one at a time, in the language of what they are " +
      `about. Write them ${of}`,
  };
}

const question = (made: number): BodyMessage => ({
  role: "user",
  content: made === 0 ? "Write a flashcard." : "Write another flashcard, on something that was not asked yet.",
});

const turnOf = (card: Flashcard, index: number): BodyMessage[] => [
  question(index),
  { role: "assistant", content: JSON.stringify({ question: card.question, answer: card.answer }) },
];
