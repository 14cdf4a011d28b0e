/** When a card comes next: FSRS, as ts-fsrs has it, over plain numbers that a database keeps (pure). */
import { type Card as FsrsCard, createEmptyCard, fsrs, type Grade as FsrsGrade, Rating, State } from "ts-fsrs";

export const GRADES = ["again", "hard", "good", "easy"] as const;
export type Grade = (typeof GRADES)[number];

const RATINGS = {
  again: Rating.Again,
  hard: Rating.Hard,
  good: Rating.Good,
  easy: Rating.Easy,
} as const satisfies Record<Grade, FsrsGrade>;

/** What FSRS knows of a card. Times in milliseconds since 1970. */
export interface Schedule {
  due: number;
  reviewed: number | null;
  stability: number;
  difficulty: number;
  scheduled_days: number;
  learning_steps: number;
  reps: number;
  lapses: number;
  state: State;
}

const NUMBERS = [
  "due",
  "stability",
  "difficulty",
  "scheduled_days",
  "learning_steps",
  "reps",
  "lapses",
  "state",
] as const;

/** Without chance: two devices that learn the same plan the same. */
const scheduler = fsrs({ enable_fuzz: false });

/** The schedule behind a grade. `schedule` null: the card was never reviewed. */
export function graded(schedule: Schedule | null, grade: Grade, now: number): Schedule {
  const at = notBefore(schedule, now);
  return plain(scheduler.next(asCard(schedule, at), new Date(at), RATINGS[grade]).card);
}

/** How long it would be until the card comes again, by grade, in milliseconds. */
export function waits(schedule: Schedule | null, now: number): Record<Grade, number> {
  const at = notBefore(schedule, now);
  const next = scheduler.repeat(asCard(schedule, at), new Date(at));
  const wait = (grade: Grade): number => next[RATINGS[grade]].card.due.getTime() - at;
  return { again: wait("again"), hard: wait("hard"), good: wait("good"), easy: wait("easy") };
}

/** FSRS refuses a review before the last one, which a clock that was put back, or of another device, would make. */
const notBefore = (schedule: Schedule | null, now: number): number => Math.max(now, schedule?.reviewed ?? now);

/** A new card may always come. */
export const isDue = (schedule: Schedule | null, now: number): boolean => schedule === null || schedule.due <= now;

/** What was stored; null where it is no schedule that can be gone on with. */
export function readSchedule(stored: unknown): Schedule | null {
  if (typeof stored !== "object" || stored === null) return null;
  const given = stored as Readonly<Record<string, unknown>>;
  const numbers = NUMBERS.map((name) => [name, given[name]] as const);
  if (!numbers.every(([, value]) => typeof value === "number" && Number.isFinite(value))) return null;
  const reviewed = typeof given.reviewed === "number" && Number.isFinite(given.reviewed) ? given.reviewed : null;
  const schedule = { ...(Object.fromEntries(numbers) as Omit<Schedule, "reviewed">), reviewed };
  return isSound(schedule) ? schedule : null;
}

/** What FSRS would refuse, or go astray with. */
function isSound({ due, reviewed, stability, difficulty, state, ...counts }: Schedule): boolean {
  const time = (at: number): boolean => Math.abs(at) <= 8.64e15;
  return (
    time(due) &&
    (reviewed === null || time(reviewed)) &&
    state in State &&
    (state === State.New || (stability > 0 && difficulty >= 1 && difficulty <= 10 && reviewed !== null)) &&
    Object.values(counts).every((value) => value >= 0)
  );
}

function asCard(schedule: Schedule | null, now: number): FsrsCard {
  if (schedule === null) return createEmptyCard(new Date(now));
  const { due, reviewed, ...rest } = schedule;
  return {
    // What the library still asks for and no longer reads.
    ...createEmptyCard(new Date(now)),
    ...rest,
    due: new Date(due),
    ...(reviewed === null ? {} : { last_review: new Date(reviewed) }),
  };
}

function plain({ due, last_review, ...rest }: FsrsCard): Schedule {
  const { stability, difficulty, scheduled_days, learning_steps, reps, lapses, state } = rest;
  const memory = { stability, difficulty, scheduled_days, learning_steps, reps, lapses, state };
  return { due: due.getTime(), reviewed: last_review?.getTime() ?? null, ...memory };
}
