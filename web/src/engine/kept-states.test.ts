import { describe, expect, it } from "vitest";
import { KeptStates } from "./kept-states";

const WINDOW = 1000;

/** Counts answers, and says at which of them there were too many states; null where never. */
function fullAt(answers: Parameters<KeptStates["count"]>[0][]): number | null {
  const states = new KeptStates(WINDOW);
  for (const [index, answer] of answers.entries()) {
    states.count(answer);
    if (states.full) return index;
  }
  return null;
}

describe("the states that llama.cpp keeps", () => {
  it("are never too many in a conversation that goes on", () => {
    const turns = Array.from({ length: 90 }, (_, turn) => ({ reused: turn * 10, total: (turn + 1) * 10 }));
    expect(fullAt(turns)).toBeNull();
  });

  it("grow by every prompt that has nothing of the one before it", () => {
    const strangers = Array.from({ length: 10 }, () => ({ reused: 0, total: 600 }));
    // Three are 1,800 tokens, the fourth that is put aside makes them 2,400.
    expect(fullAt(strangers)).toBe(4);
  });

  it("hardly grow while a conversation and what is asked in between take turns", () => {
    const chat = { reused: 800, total: 810 };
    const beside = { reused: 390, total: 400 };
    const turns = Array.from({ length: 100 }, (_, turn) => (turn % 2 === 0 ? chat : beside));
    expect(fullAt([{ reused: 0, total: 800 }, { reused: 0, total: 390 }, ...turns])).toBeNull();
  });

  it("count a whole window for an answer that was cut before its first token", () => {
    expect(fullAt([null, null, null, null, null])).toBe(3);
  });
});
