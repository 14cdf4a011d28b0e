/** A review of a deck: which card is asked, which come after it (pure). */
import type { Deck } from "./deck";
import { type Grade, graded, isDue, type Schedule } from "./schedule";

/** A card that comes again within this time is asked again in the same review. */
const WITHIN_MS = 20 * 60_000;

/** The card that was graded last, as it was before. */
interface Graded {
  card: string;
  grade: Grade;
  before: Schedule | null;
  queue: readonly string[];
}

export interface Review {
  deck: string;
  /** Ids of cards; the first one is asked. */
  queue: readonly string[];
  /** Whether its answer is shown. */
  revealed: boolean;
  /** Grades that were given, by grade. */
  given: Readonly<Record<Grade, number>>;
  /** What can be taken back. */
  last: Graded | null;
}

/** Cards of a deck that may come now: those that were learned and are due, the longest waiting first, then new ones. */
export function dueIn({ cards }: Deck, now: number): string[] {
  const learned = cards.filter(({ schedule }) => schedule !== null && isDue(schedule, now));
  const fresh = cards.filter(({ schedule }) => schedule === null);
  const waiting = learned.sort((one, other) => (one.schedule?.due ?? 0) - (other.schedule?.due ?? 0));
  return [...waiting, ...fresh].map(({ id }) => id);
}

/** When the next card comes, in milliseconds since 1970; null where none is planned. */
export function nextDue({ cards }: Deck): number | null {
  const times = cards.flatMap(({ schedule }) => (schedule === null ? [] : [schedule.due]));
  return times.length === 0 ? null : Math.min(...times);
}

/** `all`: every card, whether it is due or not. */
export function startReview(deck: Deck, now: number, { all = false } = {}): Review {
  const queue = all ? deck.cards.map(({ id }) => id) : dueIn(deck, now);
  return { deck: deck.id, queue, revealed: false, given: { again: 0, hard: 0, good: 0, easy: 0 }, last: null };
}

export const revealed = (review: Review): Review =>
  review.queue.length === 0 ? review : { ...review, revealed: true };

/** The review behind a grade for the card that is asked, and that card's new schedule. */
export function answered(
  review: Review,
  before: Schedule | null,
  grade: Grade,
  now: number,
): { review: Review; card: string; schedule: Schedule } | null {
  const [card, ...rest] = review.queue;
  if (card === undefined || !review.revealed) return null;
  const schedule = graded(before, grade, now);
  const soon = schedule.due - now <= WITHIN_MS;
  const next: Review = {
    ...review,
    queue: soon ? [...rest, card] : rest,
    revealed: false,
    given: { ...review.given, [grade]: review.given[grade] + 1 },
    last: { card, grade, before, queue: review.queue },
  };
  return { review: next, card, schedule };
}

/** The review before the last grade: its card is asked again, with its answer shown. */
export function takenBack(review: Review): { review: Review; card: string; schedule: Schedule | null } | null {
  const { last, given } = review;
  if (last === null) return null;
  const { card, grade, before, queue } = last;
  const back: Review = { ...review, queue, revealed: true, given: { ...given, [grade]: given[grade] - 1 }, last: null };
  return { review: back, card, schedule: before };
}

/** The same without cards that are no longer in the deck. */
export function withoutGone(review: Review, deck: Deck): Review {
  const there = new Set(deck.cards.map(({ id }) => id));
  const queue = review.queue.filter((id) => there.has(id));
  if (queue.length === review.queue.length) return review;
  return { ...review, queue, revealed: review.revealed && queue[0] === review.queue[0], last: null };
}
