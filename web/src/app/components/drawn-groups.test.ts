import fc from "fast-check";
import { expect, it } from "vitest";
import {
  CHAPTER,
  chapterOf,
  MOST,
  nextStep,
  NEWEST,
  NOTHING_DRAWN,
  openOf,
  seen,
  shownOf,
  stepped,
  type Drawn,
} from "./drawn-groups";

const nothing = (): boolean => false;

/** Every step until there is none, and what was drawn on the way. */
function settled(drawn: Drawn, count: number, inUse: (group: number) => boolean = nothing): [Drawn, number[]] {
  const order: number[] = [];
  let now = drawn;
  for (let step = nextStep(now, count, inUse); step !== null; step = nextStep(now, count, inUse)) {
    if (step.kind === "draw") order.push(step.group);
    now = stepped(now, step, count);
    if (order.length > 10_000) throw new Error("It never settles.");
  }
  return [now, order];
}

const near = (drawn: Drawn, ...groups: number[]): Drawn => ({ ...drawn, near: new Set(groups) });
const sorted = (groups: Iterable<number>): number[] => [...groups].sort((one, other) => one - other);

it("draws the end of a conversation at once, and of a short one all", () => {
  expect(sorted(shownOf(NOTHING_DRAWN, 63))).toEqual([61, 62]);
  expect(sorted(shownOf(NOTHING_DRAWN, 1))).toEqual([0]);
  expect(sorted(shownOf(NOTHING_DRAWN, 0))).toEqual([]);
  const [drawn] = settled(NOTHING_DRAWN, NEWEST);
  expect(shownOf(drawn, NEWEST).size).toBe(NEWEST);
});

it("begins with what is in sight, and goes outwards from there", () => {
  const [end] = settled(NOTHING_DRAWN, 63);
  const [, order] = settled(near(end, 20, 21, 22, 23, 24), 63);
  expect(order[0]).toBe(22);
  expect(sorted(order.slice(1, 3))).toEqual([21, 23]);
});

it("keeps what was just read, and lets go what is farthest from what is read now", () => {
  const [, first] = settled(NOTHING_DRAWN, 63);
  let drawn = NOTHING_DRAWN;
  for (let at = 60; at > 10; at -= 1) [drawn] = settled(near(drawn, at - 1, at, at + 1), 63);
  expect(first).toEqual([60, 59, 58]);
  const read = Array.from({ length: MOST - NEWEST }, (_, place) => 10 + place);
  expect(sorted(shownOf(drawn, 63))).toEqual([...read, 58, 59, 60, 61, 62]);
});

it("leaves out nothing that is in use", () => {
  const [begun] = settled(near(NOTHING_DRAWN, 0, 1), 63);
  let drawn = begun;
  for (let at = 2; at < 50; at += 1) [drawn] = settled(near(drawn, at), 63, (group) => group === 1);
  expect(shownOf(drawn, 63).has(1)).toBe(true);
  expect(shownOf(drawn, 63).has(0)).toBe(false);
});

it("keeps what came without a step while others follow it", () => {
  let [drawn] = settled(NOTHING_DRAWN, 10);
  for (let count = 10; count < 20; count += 1) {
    const before = sorted(shownOf(drawn, count));
    expect(before).toContain(count - 1);
    [drawn] = settled(near(drawn, count - 1), count);
    expect(sorted(shownOf(drawn, count + 1))).toEqual(expect.arrayContaining(before.slice(-5)));
  }
});

it("draws a new group without a step, and nothing that is gone", () => {
  const [long] = settled(near(NOTHING_DRAWN, 7, 8), 9);
  expect(shownOf(long, 10).has(9)).toBe(true);
  expect(sorted(shownOf(long, 3))).toEqual([1, 2]);
});

it("opens the chapters of what is drawn or near, what stands beside, and what is reached", () => {
  const drawn: Drawn = { groups: new Set(), near: new Set([2 * CHAPTER]), reached: new Set([7]) };
  const open = openOf(drawn, new Set([5 * CHAPTER - 1, 4 * CHAPTER + 3]));
  expect(sorted(open)).toEqual([1, 2, 4, 5, 7]);
  expect(chapterOf(2 * CHAPTER - 1)).toBe(1);
});

it("closes nothing that was reached until something else is seen", () => {
  const reached = seen(NOTHING_DRAWN, { near: new Set(), reached: new Set([3]) });
  const opened = seen(reached, { near: new Set(), reached: new Set() });
  expect(opened.reached).toEqual(new Set([3]));
  const found = seen(opened, { near: new Set([3 * CHAPTER + 1]), reached: new Set() });
  expect(found).toEqual({ groups: new Set(), near: new Set([3 * CHAPTER + 1]), reached: new Set() });
});

const moves = fc.array(
  fc.record({ count: fc.integer({ min: 0, max: 80 }), top: fc.nat(79), tall: fc.integer({ min: 0, max: 14 }) }),
  { maxLength: 20 },
);

it("settles with everything that is near and the newest, and few others, wherever a person scrolls", () => {
  fc.assert(
    fc.property(moves, (places) => {
      let drawn = NOTHING_DRAWN;
      for (const { count, top, tall } of places) {
        const inSight = Array.from({ length: tall }, (_, place) => top + place).filter((group) => group < count);
        [drawn] = settled(near(drawn, ...inSight), count);
        const shown = shownOf(drawn, count);
        for (const group of inSight) expect(shown.has(group)).toBe(true);
        for (let group = Math.max(0, count - NEWEST); group < count; group += 1) {
          expect(shown.has(group)).toBe(true);
        }
        expect(shown.size).toBeLessThanOrEqual(Math.max(MOST, inSight.length + NEWEST));
        expect([...shown].every((group) => group < count)).toBe(true);
      }
    }),
  );
});
