// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { watchGroups } from "./watched-groups";

const HIGH = 400;
const WINDOW = 1000;
/** Above the window and below it, as it is asked for. */
const MARGIN = 2 * WINDOW;

/** A window over elements of one height, which tells as a browser does: of each new one, and of each that changes. */
class Sight {
  static now: Sight;
  static top = 0;
  readonly observed = new Map<Element, boolean | null>();
  most = 0;

  constructor(private readonly seen: (entries: { target: Element; isIntersecting: boolean }[]) => void) {
    Sight.now = this;
  }

  observe(element: Element): void {
    this.observed.set(element, null);
    this.most = Math.max(this.most, this.observed.size);
  }

  unobserve(element: Element): void {
    this.observed.delete(element);
  }

  disconnect(): void {
    this.observed.clear();
  }

  /** One frame. False where there is nothing to tell. */
  frame(): boolean {
    const changed = [...this.observed].flatMap(([target, before]) => {
      const { top, bottom } = target.getBoundingClientRect();
      const isIntersecting = bottom >= -MARGIN && top <= WINDOW + MARGIN;
      return isIntersecting === before ? [] : [{ target, isIntersecting }];
    });
    for (const { target, isIntersecting } of changed) this.observed.set(target, isIntersecting);
    if (changed.length > 0) this.seen(changed);
    return changed.length > 0;
  }
}

const groups = (count: number): Element[] =>
  Array.from({ length: count }, (_, place) => {
    const element = document.createElement("div");
    element.getBoundingClientRect = () => new DOMRect(0, place * HIGH - Sight.top, 100, HIGH);
    return element;
  });

/** Scrolls there; gives how many frames had something to tell. */
function scroll(top: number): number {
  Sight.top = top;
  let frames = 0;
  while (frames < 20 && Sight.now.frame()) frames += 1;
  return frames;
}

/** What is near when the window begins there. */
const expected = (count: number): number[] =>
  Array.from({ length: count }, (_, place) => place).filter((place) => {
    const top = place * HIGH - Sight.top;
    return top + HIGH >= -MARGIN && top <= WINDOW + MARGIN;
  });

beforeEach(() => {
  vi.stubGlobal("IntersectionObserver", Sight);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it.each([5, 40, 1000])("tells what is near wherever one scrolls or leaps to, of %i groups", (count) => {
  let near: ReadonlySet<number> = new Set();
  const end = watchGroups(groups(count), (found) => {
    near = found;
  });
  const last = count * HIGH - WINDOW;
  for (const top of [last, last - 300, last - 5000, 0, 700, last / 2, last / 3, last]) {
    expect(scroll(Math.max(0, top))).toBeLessThan(5);
    expect([...near].sort((one, other) => one - other)).toEqual(expected(count));
  }
  end();
  expect(Sight.now.observed.size).toBe(0);
});

it("watches no more of a long conversation than of a shorter one", () => {
  const most = [100, 1000].map((count) => {
    watchGroups(groups(count), () => undefined);
    for (let top = (count - 10) * HIGH; top >= 0; top -= 3 * HIGH) scroll(top);
    return Sight.now.most;
  });
  expect(most[1]).toBe(most[0]);
  expect(most[0]).toBeLessThan(50);
});

it("tells that nothing is near where nothing is", () => {
  const told: number[] = [];
  watchGroups(groups(3), ({ size }) => told.push(size));
  scroll(1_000_000);
  expect(told).toEqual([0]);
});
