/** Studying: decks, the making of their cards, and the review that goes on. */
import { effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { Decks, type DecksOptions } from "./decks";
import { CardMaking, type MakingOptions } from "./making";
import { answered, revealed, type Review, startReview, takenBack, withoutGone } from "./review";
import type { Grade } from "./schedule";

export type StudyOptions = DecksOptions & Omit<MakingOptions, "decks">;

export class Study {
  readonly decks: Decks;
  readonly making: CardMaking;
  readonly now: () => number;
  readonly #review: Signal<Review | null> = signal(null);

  constructor(options: StudyOptions) {
    this.now = options.now;
    this.decks = new Decks(options);
    this.making = new CardMaking({ ...options, decks: this.decks });
    effect(() => {
      // A card may be deleted while it waits to be asked, here or in another tab.
      const review = this.#review.value;
      const deck = review === null ? null : this.decks.get(review.deck);
      if (review !== null) this.#review.value = deck === null ? null : withoutGone(review, deck);
    });
  }

  /** The review that goes on. */
  get review(): ReadonlySignal<Review | null> {
    return this.#review;
  }

  /** `all`: also cards that are not due. */
  startReview(deck: string, wishes: { all?: boolean } = {}): void {
    const found = this.decks.get(deck);
    this.#review.value = found === null ? null : startReview(found, this.now(), wishes);
  }

  reveal(): void {
    const review = this.#review.value;
    if (review !== null) this.#review.value = revealed(review);
  }

  grade(grade: Grade): void {
    const review = this.#review.value;
    if (review === null) return;
    const card = this.decks.get(review.deck)?.cards.find(({ id }) => id === review.queue[0]);
    const step = answered(review, card?.schedule ?? null, grade, this.now());
    this.#take(review.deck, step);
  }

  /** The last grade did not count. */
  takeBack(): void {
    const review = this.#review.value;
    if (review !== null) this.#take(review.deck, takenBack(review));
  }

  endReview(): void {
    this.#review.value = null;
  }

  #take(deck: string, step: ReturnType<typeof answered> | ReturnType<typeof takenBack>): void {
    if (step === null) return;
    this.decks.plan(deck, step.card, step.schedule);
    this.#review.value = step.review;
  }
}
