// @vitest-environment jsdom
import { signal } from "@preact/signals";
import { render, type JSX } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PACE_MS, usePaced } from "./use-paced";

const version = signal(0);
const looksAt = signal("recent");
let acted: string[];
let place: HTMLElement;

function Paced(): JSX.Element {
  const looked = looksAt.value;
  usePaced(version.value, () => acted.push(looked));
  return <p>{version.value}</p>;
}

const changes = (): void => {
  void act(() => {
    version.value += 1;
  });
};

beforeEach(() => {
  vi.useFakeTimers();
  acted = [];
  place = document.createElement("div");
  void act(() => {
    render(<Paced />, place);
  });
});

afterEach(() => {
  render(null, place);
  vi.useRealTimers();
});

it("acts while the changes go on, not only behind the last of them, and not without one", () => {
  vi.advanceTimersByTime(5 * PACE_MS);
  expect(acted).toEqual([]);
  for (let time = 0; time < 4 * PACE_MS; time += PACE_MS / 5) {
    changes();
    vi.advanceTimersByTime(PACE_MS / 5);
  }
  expect(acted.length).toBeGreaterThan(1);
  expect(acted.length).toBeLessThanOrEqual(4);
});

it("acts as it is told last, and not at all once it is gone", () => {
  changes();
  void act(() => {
    looksAt.value = "week";
  });
  vi.advanceTimersByTime(PACE_MS);
  expect(acted).toEqual(["week"]);
  changes();
  render(null, place);
  vi.advanceTimersByTime(PACE_MS);
  expect(acted).toEqual(["week"]);
});
