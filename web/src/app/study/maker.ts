/** The way from a source to its cards: one request after another, until there are as many as were asked for. */
import type { EventStream } from "../../bridge/event-stream";
import type { Flashcard } from "../../lib/client/flashcards";
import { eventsOf } from "../../lib/streams";
import type { CompletionBody } from "../../protocol/wire";
import { bodyOf, cardOf, piecesOf, type Sampling, spread } from "./asking";
import { sameness, type Source } from "./deck";

/** Asks the model of the page, behind every chat that waits. */
export type Complete = (body: CompletionBody) => EventStream;

export interface Order {
  source: Source;
  count: number;
  /** Cards that are there already: none of them is made again. */
  before: readonly Flashcard[];
  sampling: Sampling;
  /** Of the model, in tokens. */
  contextWindow: number;
}

/** How a making went whose cards have all been handed out. */
export interface Made {
  /** Cards that came out as none, or as one that was there, however often they were asked for. */
  missed: number;
  /** Parts of the source that cards were made of, and how many there are. */
  pieces: { used: number; all: number };
}

/** Tries for one card: a small model repeats itself, and one with a little more heat seldom does. */
const TRIES = 3;
const HEAT_OF_A_RETRY = 0.3;
const USUAL_HEAT = 0.8;
const HOTTEST = 1.5;

/**
 * Hands out each card as soon as it is finished. Throws an `EngineError` where the engine fails, or `signal` aborts;
 * what was handed out before is whole.
 */
export async function* makeCards(order: Order, complete: Complete, signal: AbortSignal): AsyncGenerator<Flashcard, Made, void> {
  const pieces = piecesOf(order.source, order.contextWindow);
  const known = new Set(order.before.map(({ question }) => sameness(question)));
  // Which of them are of which piece is not known: the first one is told of all.
  let before: Flashcard[] = [...order.before];
  let piece = 0;
  let missed = 0;
  const plan = spread(order.count, pieces.length);
  for (const next of plan) {
    if (next !== piece) before = [];
    piece = next;
    const wanted = { piece: pieces[piece] ?? order.source, before, sampling: order.sampling, contextWindow: order.contextWindow };
    const card = await freshCard(wanted, known, complete, signal);
    if (card === null) {
      missed += 1;
      continue;
    }
    known.add(sameness(card.question));
    before.push(card);
    yield card;
  }
  return { missed, pieces: { used: new Set(plan).size, all: pieces.length } };
}

/** A card that is not there yet; null where none came of all tries. */
async function freshCard(
  wanted: Parameters<typeof bodyOf>[0],
  known: ReadonlySet<string>,
  complete: Complete,
  signal: AbortSignal,
): Promise<Flashcard | null> {
  for (let retry = 0; retry < TRIES; retry += 1) {
    const text = await answerTo(complete(bodyOf({ ...wanted, sampling: heated(wanted.sampling, retry) })), signal);
    const card = cardOf(text);
    if (card !== null && !known.has(sameness(card.question))) return card;
  }
  return null;
}

/** The same again gives the same again, at least from a cold model. */
function heated(sampling: Sampling, retry: number): Sampling {
  if (retry === 0) return sampling;
  const temperature = Math.min(HOTTEST, (sampling.temperature ?? USUAL_HEAT) + retry * HEAT_OF_A_RETRY);
  return { ...sampling, temperature, ...(sampling.seed === undefined ? {} : { seed: sampling.seed + retry }) };
}

async function answerTo(stream: EventStream, signal: AbortSignal): Promise<string> {
  let text = "";
  for await (const event of eventsOf(stream, signal)) {
    if (event.type === "delta" && (event.channel ?? "text") === "text") text += event.text;
  }
  // An engine that was told to stop ends its answer; what it had said by then is no card.
  signal.throwIfAborted();
  return text;
}
