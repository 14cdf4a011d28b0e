// @vitest-environment jsdom
import { render, type JSX } from "preact";
import { useRef } from "preact/hooks";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { turnOf } from "../testing/turns";
import { CHAPTER, chapterOf, MOST, NEWEST } from "./drawn-groups";
import { groupsOf } from "./TurnGroup";
import { useDrawn } from "./use-drawn";

const HIGH = 100;
const GUESSED = 250;

let place: HTMLElement;
/** By how much the page was scrolled. */
let scrolled: number[];
let observe: ((entries: { target: Element; isIntersecting: boolean }[]) => void) | null;

/** What a window sees: nothing, until the test scrolls. */
class Sight {
  constructor(seen: NonNullable<typeof observe>) {
    observe = seen;
  }

  observe(): void {
    // The test tells what is seen.
  }

  unobserve(): void {
    // Nor does it need to know whom it leaves.
  }

  disconnect(): void {
    // It tells the newest.
  }
}

function List({ count }: { count: number }): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const { drawn, open } = useDrawn(list, count);
  return (
    <div ref={list}>
      {Array.from({ length: chapterOf(count - 1) + 1 }, (_, chapter) => (
        <div key={chapter} data-closed={open.has(chapter) ? undefined : chapter}>
          {open.has(chapter) &&
            Array.from({ length: Math.min(CHAPTER, count - chapter * CHAPTER) }, (_, at) => chapter * CHAPTER + at).map(
              (group) => (
                <div key={group} data-turns={group} data-drawn={drawn.has(group)}>
                  {drawn.has(group) && <button>{group}</button>}
                </div>
              ),
            )}
        </div>
      ))}
    </div>
  );
}

const shows = (count: number): void => {
  void act(() => {
    render(<List count={count} />, place);
  });
};

const drawn = (): number[] =>
  [...place.querySelectorAll('[data-drawn="true"]')].map((each) => Number(each.getAttribute("data-turns")));

const groupAt = (group: number): Element => {
  const found = place.querySelector(`[data-turns="${String(group)}"]`);
  if (found === null) throw new Error(`There is no group ${String(group)}.`);
  return found;
};

const closed = (): number[] =>
  [...place.querySelectorAll<HTMLElement>("[data-closed]")].map(({ dataset }) => Number(dataset["closed"]));

/** Scrolls to where these are near, and no others: a closed chapter is told first, then its groups. */
function sees(...groups: number[]): void {
  for (let frame = 0; frame < 2; frame += 1) {
    const entries = [...place.querySelectorAll<HTMLElement>("[data-turns], [data-closed]")].map((target) => {
      const { turns, closed } = target.dataset;
      const isIntersecting =
        turns === undefined
          ? groups.some((group) => chapterOf(group) === Number(closed))
          : groups.includes(Number(turns));
      return { target, isIntersecting };
    });
    void act(() => observe?.(entries));
  }
}

const step = (): void => {
  void act(() => {
    vi.advanceTimersToNextTimer();
  });
};

const settle = (): void => {
  for (let at = 0; at < 100 && vi.getTimerCount() > 0; at += 1) step();
};

beforeEach(() => {
  vi.useFakeTimers();
  scrolled = [];
  vi.stubGlobal("scrollBy", ({ top }: ScrollToOptions) => scrolled.push(top ?? 0));
  vi.stubGlobal("IntersectionObserver", Sight);
  vi.stubGlobal("CSS", { supports: () => true });
  place = document.createElement("div");
  document.body.append(place);
});

afterEach(() => {
  render(null, place);
  place.remove();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("draws the end at once, and then group by group what is near", () => {
  shows(40);
  expect(drawn()).toEqual([38, 39]);
  for (const first of [37, 36, 35]) {
    step();
    expect(drawn()[0]).toBe(first);
  }
  sees(34, 35, 36, 37, 38, 39);
  step();
  expect(drawn()).toEqual([34, 35, 36, 37, 38, 39]);
  sees(2, 3, 4);
  for (const group of [3, 2, 4]) {
    expect(drawn()).not.toContain(group);
    step();
    expect(drawn()).toContain(group);
  }
});

it("closes the chapters that are far away, and opens them again when they are reached", () => {
  shows(6 * CHAPTER);
  settle();
  expect(closed()).toEqual([0, 1, 2, 3, 4]);
  sees(CHAPTER + 5, CHAPTER + 6);
  expect(closed()).toEqual([0, 2, 3, 4]);
  settle();
  expect(drawn()).toEqual(expect.arrayContaining([CHAPTER + 5, CHAPTER + 6]));
  // What stands beside the first group of a chapter is the last one of the chapter before it.
  sees(CHAPTER, CHAPTER + 1);
  expect(closed()).toEqual([2, 3, 4]);
  sees(6 * CHAPTER - 1);
  settle();
  for (let at = 6 * CHAPTER - 2; at > 4 * CHAPTER; at -= 1) {
    sees(at, at + 1);
    settle();
  }
  expect(closed()).toEqual([0, 1, 2, 3]);
});

it("leaves a chapter open that was reached, where nothing is near then", () => {
  shows(6 * CHAPTER);
  settle();
  const told = (): void => {
    const entries = [...place.querySelectorAll("[data-turns], [data-closed]")].map((target) => ({
      target,
      isIntersecting: target.getAttribute("data-closed") === "2",
    }));
    void act(() => observe?.(entries));
  };
  for (let frame = 0; frame < 4; frame += 1) {
    told();
    expect(closed()).toEqual([0, 1, 3, 4]);
  }
});

it("leaves out what is far away by now, but for what has the focus", () => {
  shows(40);
  for (let at = 38; at > 2; at -= 1) {
    sees(at, at + 1);
    settle();
    if (at === 20) groupAt(20).querySelector("button")?.focus();
  }
  expect(drawn()).toHaveLength(MOST);
  expect(drawn()).toEqual(expect.arrayContaining([3, 4, 20, 39]));
  expect(drawn()).not.toContain(21);
});

it("shows all of it to a printer", () => {
  shows(40);
  settle();
  void act(() => {
    window.dispatchEvent(new Event("beforeprint"));
  });
  expect(drawn()).toHaveLength(40);
  void act(() => {
    window.dispatchEvent(new Event("afterprint"));
  });
  expect(drawn()).toHaveLength(NEWEST);
});

it("keeps drawn what is new, and forgets what is gone", () => {
  shows(10);
  settle();
  for (const count of [11, 12, 13]) {
    shows(count);
    settle();
  }
  expect(drawn()).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
  shows(2);
  expect(drawn()).toEqual([0, 1]);
  settle();
  expect(drawn()).toEqual([0, 1]);
});

it.each([
  { anchors: true, top: -500, expected: [] },
  { anchors: false, top: -500, expected: [HIGH - GUESSED] },
  { anchors: false, top: 500, expected: [] },
])("leaves what is read in its place where the browser does not: $anchors, $top", ({ anchors, top, expected }) => {
  vi.stubGlobal("CSS", { supports: () => anchors });
  const height = (): number => drawn().length * HIGH + (40 - drawn().length) * GUESSED;
  vi.spyOn(document.documentElement, "scrollHeight", "get").mockImplementation(height);
  shows(40);
  settle();
  scrolled = [];
  vi.spyOn(groupAt(25), "getBoundingClientRect").mockReturnValue(new DOMRect(0, top));
  sees(25);
  step();
  expect(drawn()).toContain(25);
  expect(scrolled).toEqual(expected);
});

it("groups turns so that none changes its group as others follow", () => {
  const turns = Array.from({ length: 30 }, (_, at) => turnOf(`t${String(at)}`, "?"));
  const before = groupsOf(turns.slice(0, 20));
  const after = groupsOf(turns);
  expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
  expect(after.flat()).toEqual(turns);
});
