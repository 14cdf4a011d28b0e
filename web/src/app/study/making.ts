/** The making of cards: one at a time, card by card into its deck. What was finished stays, however it ends. */
import { signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { asWireError } from "../../bridge/engine-error";
import type { Flashcard } from "../../lib/client/flashcards";
import type { WireError } from "../../protocol/wire";
import type { Sampling } from "./asking";
import { type Asked, keyOf, madeBefore } from "./cache";
import { type Deck, MOST_AT_ONCE, MOST_IN_A_DECK, type Making, type Source } from "./deck";
import type { Decks } from "./decks";
import { type Complete, type Made, makeCards } from "./maker";

/** The model that answers now, as far as cards need it. */
export interface Model {
  id: string;
  /** In tokens. */
  contextWindow: number;
  /** Whether it can be held to a schema. */
  holdsSchemas: boolean;
}

/** How far a making is. */
export interface Progress {
  deck: string;
  done: number;
  wanted: number;
}

/** How the last making of a deck went. */
export type Outcome =
  | ({ kind: "made"; done: number; wanted: number } & Made)
  | { kind: "stopped"; done: number; wanted: number }
  | { kind: "failed"; done: number; wanted: number; error: WireError }
  /** They were made before, and are given again. */
  | { kind: "again"; at: number; model: string; count: number };

export interface MakingOptions {
  decks: Decks;
  complete: Complete;
  /** Null: none is loaded. */
  model: () => Model | null;
  sampling: () => Sampling;
  now: () => number;
  announce: { done(progress: Progress): void; ended(outcome: Outcome): void };
}

interface Job {
  deck: string;
  source: Source;
  count: number;
  model: Model;
  sampling: Sampling;
  before: readonly Flashcard[];
  /** Whether what is made is kept for whoever asks for the same. */
  kept: boolean;
  /** Whether the cards that are there go as soon as the first new one is here. */
  inPlace?: boolean;
}

export class CardMaking {
  readonly #progress: Signal<Progress | null> = signal(null);
  readonly #outcomes: Signal<ReadonlyMap<string, Outcome>> = signal(new Map<string, Outcome>());
  #life: AbortController | null = null;

  constructor(private readonly options: MakingOptions) {}

  /** The making that goes on. */
  get progress(): ReadonlySignal<Progress | null> {
    return this.#progress;
  }

  outcomeOf(deck: string): Outcome | null {
    return this.#outcomes.value.get(deck) ?? null;
  }

  /**
   * A new deck of so many cards: those that the same model made of the same with the same settings, else new ones.
   * Returns its id at once; the cards come.
   */
  async begin(source: Source, count: number): Promise<string> {
    const { decks } = this.options;
    // Those of earlier days are not known before.
    await decks.opened;
    const deck = decks.begin(source);
    const model = this.#modelFor(deck.id, count);
    if (model === null) return deck.id;
    const asked: Asked = { source, count: bounded(count), model: model.id, sampling: this.options.sampling() };
    const made = madeBefore(decks.all.value?.values() ?? [], asked);
    if (made === null) this.#start({ ...asked, deck: deck.id, model, before: [], kept: true });
    else this.#giveAgain(deck.id, made);
    return deck.id;
  }

  /** New cards in the place of those that were given again. */
  renew(id: string): void {
    const outcome = this.outcomeOf(id);
    const source = this.options.decks.get(id)?.source ?? null;
    if (outcome?.kind !== "again" || source === null) return;
    const model = this.#modelFor(id, outcome.count);
    if (model === null) return;
    const { count } = outcome;
    const sampling = this.options.sampling();
    this.#start({ deck: id, source, count, model, sampling, before: [], kept: true, inPlace: true });
  }

  /** Further cards, none of which is there yet. */
  more(id: string, count: number): void {
    const deck = this.options.decks.get(id);
    if (deck === null || deck.source === null) return;
    const model = this.#modelFor(id, count);
    if (model === null) return;
    const { source, cards } = deck;
    const room = Math.max(0, MOST_IN_A_DECK - cards.length);
    const wanted = Math.min(bounded(count), room);
    this.#start({ deck: id, source, count: wanted, model, sampling: this.options.sampling(), before: cards, kept: false });
  }

  /** The card that is being written is given up. */
  stop(): void {
    this.#life?.abort();
  }

  /** What there is to say of a deck's last making has been read. */
  dismiss(deck: string): void {
    const rest = new Map(this.#outcomes.value);
    if (rest.delete(deck)) this.#outcomes.value = rest;
  }

  /** The model that would make them; null where there is a reason against it, which is told. */
  #modelFor(deck: string, wanted: number): Model | null {
    const model = this.options.model();
    const error = this.#against(model);
    if (error === null) return model;
    this.#end(deck, { kind: "failed", done: 0, wanted, error });
    return null;
  }

  #against(model: Model | null): WireError | null {
    if (this.#progress.value !== null) return BUSY;
    if (model === null) return NO_MODEL;
    return model.holdsSchemas ? null : NO_SCHEMAS;
  }

  #giveAgain(deck: string, { cards, at, model, key }: Making): void {
    this.options.decks.add(deck, cards);
    // In this deck too: the other one may be deleted.
    this.options.decks.change(deck, () => ({ makings: [{ cards, at, model, key }] }));
    this.#end(deck, { kind: "again", at, model, count: cards.length });
  }

  #start(job: Job): void {
    this.dismiss(job.deck);
    const life = new AbortController();
    this.#life = life;
    this.#progress.value = { deck: job.deck, done: 0, wanted: job.count };
    void this.#run(job, life.signal);
  }

  async #run(job: Job, signal: AbortSignal): Promise<void> {
    const { decks, complete, announce } = this.options;
    const { source, count, before, sampling } = job;
    const order = { source, count, before, sampling, contextWindow: job.model.contextWindow };
    const cards: Flashcard[] = [];
    let outcome: Outcome;
    try {
      const making = makeCards(order, complete, signal);
      let step = await making.next();
      for (; step.done !== true; step = await making.next()) {
        // A deck that was deleted takes no more cards.
        if (decks.get(job.deck) === null) this.stop();
        // Not before: a making that brings none takes none away.
        if (job.inPlace === true && cards.length === 0)
          decks.change(job.deck, () => ({ cards: [], makings: [] }));
        cards.push(step.value);
        decks.add(job.deck, [step.value]);
        const progress = { deck: job.deck, done: cards.length, wanted: count };
        this.#progress.value = progress;
        announce.done(progress);
      }
      outcome = { kind: "made", done: cards.length, wanted: count, ...step.value };
      if (job.kept && step.value.missed === 0) this.#keep(job, cards);
    } catch (raw) {
      const far = { done: cards.length, wanted: count };
      outcome = signal.aborted ? { kind: "stopped", ...far } : { kind: "failed", ...far, error: asWireError(raw) };
    }
    this.#progress.value = null;
    this.#life = null;
    this.#end(job.deck, outcome);
  }

  #keep({ deck, count, model, sampling }: Job, cards: readonly Flashcard[]): void {
    const making: Making = { key: keyOf({ count, model: model.id, sampling }), cards, model: model.id, at: this.options.now() };
    this.options.decks.change(deck, ({ makings }: Deck) => ({ makings: [...makings, making] }));
  }

  #end(deck: string, outcome: Outcome): void {
    this.#outcomes.value = new Map(this.#outcomes.value).set(deck, outcome);
    this.options.announce.ended(outcome);
  }
}

const bounded = (count: number): number => Math.min(MOST_AT_ONCE, Math.max(1, Math.floor(count)));

const NO_MODEL: WireError = {
  code: "model_not_loaded",
  message: "No model is ready yet, and one of this page has to write the cards.",
};

const NO_SCHEMAS: WireError = {
  code: "unsupported",
  message: "This model cannot be held to the form of a card.",
};

const BUSY: WireError = { code: "busy", message: "Cards are being made for another deck." };
