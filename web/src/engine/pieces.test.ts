import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Pieces } from "./pieces";

let sent: [string, number][];
let pieces: Pieces;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  pieces = new Pieces((text, count) => sent.push([text, count]), Date.now);
});
afterEach(() => {
  vi.useRealTimers();
});

it("sends the first piece at once, and what follows quickly together", () => {
  for (const text of ["a", "b", "c"]) pieces.push(text);
  expect(sent).toEqual([["a", 1]]);
  vi.advanceTimersByTime(16);
  expect(sent).toEqual([
    ["a", 1],
    ["bc", 2],
  ]);
});

it("holds nothing back of an engine that is slower than that", () => {
  for (const text of ["a", "b", "c"]) {
    pieces.push(text);
    vi.advanceTimersByTime(20);
  }
  expect(sent).toEqual([
    ["a", 1],
    ["b", 1],
    ["c", 1],
  ]);
});

it("sends what waits when it is told that nothing more comes, and then nothing twice", () => {
  for (const text of ["a", "b"]) pieces.push(text);
  pieces.flush();
  pieces.flush();
  vi.advanceTimersByTime(100);
  expect(sent).toEqual([
    ["a", 1],
    ["b", 1],
  ]);
});

it("keeps every piece, in order, whenever it comes, and counts them", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 9 }), fc.nat(20))),
      (given) => {
        let told = "";
        let counted = 0;
        const stream = new Pieces((text, count) => {
          told += text;
          counted += count;
        }, Date.now);
        for (const [text, count, pauseMs] of given) {
          stream.push(text, count);
          vi.advanceTimersByTime(pauseMs);
        }
        stream.flush();
        expect(told).toBe(given.map(([text]) => text).join(""));
        expect(counted).toBe(given.reduce((sum, [, count]) => sum + count, 0));
      },
    ),
  );
});
