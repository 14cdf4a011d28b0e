import fc from "fast-check";
import { expect, it } from "vitest";
import { graded, GRADES, isDue, readSchedule, type Schedule, waits } from "./schedule";

const NOON = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600_000;

it("plans a card later the better it was known", () => {
  const { again, hard, good, easy } = waits(null, NOON);
  expect([again, hard, good, easy]).toEqual([again, hard, good, easy].sort((one, other) => one - other));
  expect(again).toBeGreaterThan(0);
});

it("goes on where the clock was put back behind the last review", () => {
  const known = graded(null, "easy", NOON);
  const earlier = NOON - 5 * 24 * HOUR;
  expect(waits(known, earlier)).toEqual(waits(known, NOON));
  expect(graded(known, "good", earlier)).toEqual(graded(known, "good", NOON));
});

it("plans what it has promised, and reads back what was stored, whatever grades were given when", () => {
  const reviews = fc.array(fc.record({ grade: fc.constantFrom(...GRADES), after: fc.integer({ min: 0, max: 24 * 400 }) }), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(reviews, (given) => {
      let schedule: Schedule | null = null;
      let now = NOON;
      for (const { grade, after } of given) {
        now += after * HOUR;
        const promised = waits(schedule, now)[grade];
        schedule = graded(schedule, grade, now);
        expect(schedule.due - now).toBe(promised);
        expect(isDue(schedule, schedule.due)).toBe(true);
        expect(readSchedule(JSON.parse(JSON.stringify(schedule)))).toEqual(schedule);
      }
    }),
  );
});

it("reads nothing that FSRS could not go on with", () => {
  const schedule = graded(null, "good", NOON);
  for (const broken of [{ due: Infinity }, { stability: -1 }, { difficulty: 0 }, { state: 9 }, { reps: "1" }, { due: 1e300 }]) {
    expect(readSchedule({ ...schedule, ...broken })).toBeNull();
  }
  fc.assert(
    fc.property(fc.jsonValue(), (stored) => {
      const read = readSchedule(stored);
      if (read !== null) expect(() => graded(read, "good", NOON)).not.toThrow();
    }),
  );
});
