// @vitest-environment jsdom
import { render, type JSX } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { turnOf } from "../testing/turns";
import { groupsOf } from "./TurnGroup";
import { useEarlier } from "./use-earlier";

let place: HTMLElement;
let hidden: number[];
/** By how much the page was scrolled. */
let scrolled: number[];

/** The page, in which each group that is drawn is 100 pixels high. */
function page(groups: number, { anchors }: { anchors: boolean }): void {
  const left = (): number => Number(place.textContent);
  vi.spyOn(document.documentElement, "scrollHeight", "get").mockImplementation(() => (groups - left()) * 100);
  vi.stubGlobal("CSS", { supports: () => anchors });
}

function Looked({ id, count }: { id: string; count: number }): JSX.Element {
  const left = useEarlier(id, count);
  hidden.push(left);
  return <p>{left}</p>;
}

const shows = (id: string, count: number): void => {
  void act(() => {
    render(<Looked id={id} count={count} />, place);
  });
};

beforeEach(() => {
  vi.useFakeTimers();
  hidden = [];
  scrolled = [];
  vi.stubGlobal("scrollBy", ({ top }: ScrollToOptions) => scrolled.push(top ?? 0));
  place = document.createElement("div");
});

afterEach(() => {
  render(null, place);
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const idle = (): void => {
  void act(() => {
    vi.advanceTimersByTime(100);
  });
};

it("draws the end of a conversation at once, and what stands before it group by group", () => {
  shows("a", 6);
  expect(place.textContent).toBe("3");
  for (const left of ["2", "1", "0", "0"]) {
    idle();
    expect(place.textContent).toBe(left);
  }
});

it("leaves out nothing of a short one, and begins anew with another one", () => {
  shows("a", 3);
  expect(place.textContent).toBe("0");
  shows("a", 4);
  expect(place.textContent).toBe("0");
  shows("b", 9);
  expect(place.textContent).toBe("6");
  idle();
  shows("b", 10);
  expect(place.textContent).toBe("5");
  shows("b", 2);
  expect(Number(place.textContent)).toBeLessThan(2);
  expect(hidden.every((left) => left >= 0)).toBe(true);
});

it("begins anew with what comes back into an emptied one, and leaves out nothing of one that grows", () => {
  for (const count of [9, 0, 9]) shows("a", count);
  expect(place.textContent).toBe("6");
  for (let count = 0; count < 9; count += 1) shows("b", count);
  expect(place.textContent).toBe("0");
});

it("leaves what is read where it is, also where the browser does not: at the top, or nowhere", () => {
  page(6, { anchors: true });
  shows("a", 6);
  idle();
  expect(scrolled).toEqual([100]);
  vi.stubGlobal("scrollY", 100);
  idle();
  expect(scrolled).toEqual([100]);
  page(6, { anchors: false });
  idle();
  expect(scrolled).toEqual([100, 100]);
});

it("groups turns so that none changes its group as others follow", () => {
  const turns = Array.from({ length: 30 }, (_, at) => turnOf(`t${String(at)}`, "?"));
  const before = groupsOf(turns.slice(0, 20));
  const after = groupsOf(turns);
  expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
  expect(after.flat()).toEqual(turns);
});
