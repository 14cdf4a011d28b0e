// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Sight } from "./drawn-groups";
import { watchSight } from "./sight";

type Tell = (entries: { target: Element; isIntersecting: boolean }[]) => void;

let observed: Element[];
let see: Tell;

class Observer {
  constructor(tell: Tell) {
    see = tell;
  }

  observe(element: Element): void {
    observed.push(element);
  }

  disconnect(): void {
    observed = [];
  }
}

let list: HTMLElement;
let told: Sight[];
let end: () => void;

function first(selector: string): Element {
  const found = list.querySelector(selector);
  if (found === null) throw new Error(`There is no ${selector}.`);
  return found;
}

beforeEach(() => {
  observed = [];
  told = [];
  vi.stubGlobal("IntersectionObserver", Observer);
  list = document.createElement("div");
  list.innerHTML = `<div data-closed="0"></div><div><p></p><div data-turns="12"></div><div data-turns="13"></div></div>`;
  end = watchSight(list, (sight) => told.push(sight));
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("watches groups and closed chapters, and nothing else, until it is ended", () => {
  expect(observed).toEqual([...list.querySelectorAll("[data-turns], [data-closed]")]);
  end();
  expect(observed).toEqual([]);
});

it("tells what is near by now, and takes back what no longer is", () => {
  see([
    { target: first('[data-closed="0"]'), isIntersecting: false },
    { target: first('[data-turns="12"]'), isIntersecting: true },
    { target: first('[data-turns="13"]'), isIntersecting: true },
  ]);
  see([
    { target: first('[data-closed="0"]'), isIntersecting: true },
    { target: first('[data-turns="13"]'), isIntersecting: false },
  ]);
  expect(told).toEqual([
    { near: new Set([12, 13]), reached: new Set() },
    { near: new Set([12]), reached: new Set([0]) },
  ]);
});

it("knows nothing of an element that has become something else since it was watched", () => {
  const chapter = first('[data-closed="0"]');
  chapter.removeAttribute("data-closed");
  see([{ target: chapter, isIntersecting: true }]);
  expect(told).toEqual([{ near: new Set(), reached: new Set() }]);
});
