/** All decks of this browser: read once, changed here, kept in the database, the same in every tab. */
import { signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { Flashcard } from "../../lib/client/flashcards";
import type { AppDatabase } from "../database/database";
import { type Card, type Deck, MOST_IN_A_DECK, nameOf, readDeck, type Source } from "./deck";
import type { Schedule } from "./schedule";

export type DecksDatabase = Pick<AppDatabase, "decks" | "changes">;

export interface DecksOptions {
  database: Promise<DecksDatabase>;
  newId: () => string;
  now: () => number;
  /** Told why something could not be kept; it counts for as long as the page lives. */
  failed: (error: unknown) => void;
}

/** A card that was deleted, and may come back where it was. */
export interface RemovedCard {
  deck: string;
  card: Card;
  index: number;
}

export class Decks {
  readonly #all: Signal<ReadonlyMap<string, Deck> | null> = signal(null);
  readonly #removed: Signal<RemovedCard | null> = signal(null);
  /** Writings one after another: an older one must not come last. */
  #writing: Promise<unknown> = Promise.resolve();
  readonly opened: Promise<void>;

  constructor(private readonly options: DecksOptions) {
    this.opened = this.#open().catch((error: unknown) => {
      this.options.failed(error);
      this.#all.value ??= new Map();
    });
  }

  /** By id; null until they have been read. */
  get all(): ReadonlySignal<ReadonlyMap<string, Deck> | null> {
    return this.#all;
  }

  /** The card that was deleted last, as long as it may come back. */
  get removed(): ReadonlySignal<RemovedCard | null> {
    return this.#removed;
  }

  /** The newest change first. */
  get list(): readonly Deck[] {
    return [...(this.#all.value?.values() ?? [])].sort((one, other) => other.changedAt - one.changedAt);
  }

  get(id: string): Deck | null {
    return this.#all.value?.get(id) ?? null;
  }

  begin(source: Source | null, name?: string): Deck {
    const now = this.options.now();
    const named = name ?? (source === null ? "" : nameOf(source));
    const deck: Deck = { id: this.options.newId(), name: named, source, cards: [], makings: [], createdAt: now, changedAt: now };
    this.#put(deck);
    return deck;
  }

  /** The same deck with what `change` gives; nothing where it is gone. */
  change(id: string, change: (deck: Deck) => Partial<Omit<Deck, "id">>): void {
    const deck = this.get(id);
    if (deck !== null) this.#put({ ...deck, ...change(deck), changedAt: this.options.now() });
  }

  rename(id: string, name: string): void {
    if (name.trim() !== "") this.change(id, () => ({ name: name.trim() }));
  }

  remove(id: string): void {
    const rest = new Map(this.#all.value);
    if (!rest.delete(id)) return;
    this.#all.value = rest;
    if (this.#removed.value?.deck === id) this.#removed.value = null;
    this.#write(async ({ decks }) => {
      await decks.remove(id);
    });
  }

  /** Behind the others; those for which there is no room are returned. */
  add(id: string, cards: readonly Flashcard[]): readonly Flashcard[] {
    const room = Math.max(0, MOST_IN_A_DECK - (this.get(id)?.cards.length ?? 0));
    const taken = cards.slice(0, room).map(({ question, answer }): Card => ({ id: this.options.newId(), question, answer, schedule: null }));
    this.change(id, (deck) => ({ cards: [...deck.cards, ...taken] }));
    return cards.slice(room);
  }

  edit(id: string, card: string, sides: Flashcard): void {
    this.#changeCard(id, card, (before) => ({ ...before, ...sides }));
  }

  plan(id: string, card: string, schedule: Schedule | null): void {
    this.#changeCard(id, card, (before) => ({ ...before, schedule }));
  }

  removeCard(id: string, card: string): void {
    const cards = this.get(id)?.cards ?? [];
    const index = cards.findIndex((each) => each.id === card);
    const found = cards[index];
    if (found === undefined) return;
    this.#removed.value = { deck: id, card: found, index };
    this.change(id, () => ({ cards: cards.filter((each) => each !== found) }));
  }

  undoRemoval(): void {
    const removed = this.#removed.value;
    this.#removed.value = null;
    if (removed === null) return;
    this.change(removed.deck, ({ cards }) => ({ cards: cards.toSpliced(removed.index, 0, removed.card) }));
  }

  acceptRemoval(): void {
    this.#removed.value = null;
  }

  #changeCard(id: string, card: string, change: (before: Card) => Card): void {
    this.change(id, ({ cards }) => ({ cards: cards.map((each) => (each.id === card ? change(each) : each)) }));
  }

  async #open(): Promise<void> {
    const database = await this.options.database;
    const kept = await database.decks.all();
    const read = kept.map(({ id, value }) => readDeck(id, value)).filter((deck) => deck !== null);
    // What was begun meanwhile is newer.
    this.#all.value = new Map([...read.map((deck) => [deck.id, deck] as const), ...(this.#all.value ?? [])]);
    database.changes.listen((change, from) => {
      if (change.kind === "deck" && from === "elsewhere") this.#readAgain(change.id);
    });
  }

  /** In its turn behind what is being written here, which would otherwise be read as it was. */
  #readAgain(id: string): void {
    this.#write(async ({ decks }) => {
      const before = this.get(id);
      const deck = readDeck(id, await decks.get(id));
      // Changed here while it was read: that comes later, and counts.
      if (this.get(id) !== before) return;
      const next = new Map(this.#all.value);
      if (deck === null) next.delete(id);
      else next.set(id, deck);
      this.#all.value = next;
    });
  }

  #put(deck: Deck): void {
    this.#all.value = new Map(this.#all.value).set(deck.id, deck);
    this.#write(async ({ decks }) => {
      // Changed again by now: the later writing has it all.
      if (this.get(deck.id) === deck) await decks.set(deck.id, deck);
    });
  }

  #write(work: (database: DecksDatabase) => Promise<void>): void {
    this.#writing = this.#writing
      .then(() => this.options.database)
      .then(work)
      .catch(this.options.failed);
  }

  /** Everything until now is written, or has failed. */
  async settled(): Promise<void> {
    await this.opened;
    await this.#writing;
  }
}
