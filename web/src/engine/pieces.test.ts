import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Pieces } from "./pieces";

let sent: string[][];
let pieces: Pieces;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  pieces = new Pieces((texts) => sent.push(texts), Date.now);
});
afterEach(() => {
  vi.useRealTimers();
});

it("sends the first piece at once, and what follows quickly together", () => {
  for (const text of ["a", "b", "c"]) pieces.push(text);
  expect(sent).toEqual([["a"]]);
  vi.advanceTimersByTime(16);
  expect(sent).toEqual([["a"], ["b", "c"]]);
});

it("holds nothing back of an engine that is slower than that", () => {
  for (const text of ["a", "b", "c"]) {
    pieces.push(text);
    vi.advanceTimersByTime(20);
  }
  expect(sent).toEqual([["a"], ["b"], ["c"]]);
});

it("sends what waits when it is told that nothing more comes, and then nothing twice", () => {
  for (const text of ["a", "b"]) pieces.push(text);
  pieces.flush();
  pieces.flush();
  vi.advanceTimersByTime(100);
  expect(sent).toEqual([["a"], ["b"]]);
});

it("keeps every piece, in order, whenever it comes", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.nat(20))), (given) => {
      const told: string[] = [];
      const stream = new Pieces((texts) => told.push(...texts), Date.now);
      for (const [text, pauseMs] of given) {
        stream.push(text);
        vi.advanceTimersByTime(pauseMs);
      }
      stream.flush();
      expect(told).toEqual(given.map(([text]) => text));
    }),
  );
});
