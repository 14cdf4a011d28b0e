import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeptStates } from "./kept-states";

const WINDOW = 1000;

/** llama.cpp's server, as far as it puts states of prompts aside and takes them up again. */
class Server {
  private aside: number[][] = [];
  private last: number[] = [];

  get kept(): number {
    return this.aside.reduce((sum, state) => sum + state.length, 0);
  }

  /** Answers a prompt; how many of its tokens had a state. */
  answer(prompt: number[]): number {
    let reused = alike(this.last, prompt);
    if (this.last.length > 0 && reused < this.last.length / 2) {
      this.aside.push(this.last);
      const shares = this.aside.map((state) => alike(state, prompt));
      const best = shares.reduce((found, share, place) => (share > (shares[found] ?? 0) ? place : found), 0);
      const [state, share] = [this.aside[best] ?? [], shares[best] ?? 0];
      if (share > reused && share >= state.length / 4) {
        this.aside.splice(best, 1);
        reused = share;
      }
    }
    this.last = prompt;
    return reused;
  }
}

/** How many tokens two prompts begin with alike. */
function alike(one: number[], other: number[]): number {
  const differs = one.findIndex((token, place) => token !== other[place]);
  return differs < 0 ? one.length : differs;
}

/** Counts answers, and says at which of them there were too many states; null where never. */
function fullAt(answers: Parameters<KeptStates["count"]>[0][]): number | null {
  const states = new KeptStates(WINDOW);
  for (const [index, answer] of answers.entries()) {
    states.count(answer);
    if (states.full) return index;
  }
  return null;
}

interface Turn {
  conversation: number;
  tokens: number;
}

const asked = (...turns: [conversation: number, tokens: number][]): Turn[] =>
  turns.map(([conversation, tokens]) => ({ conversation, tokens }));

/** Two states nearly as long as each other: which of them was taken up cannot be seen. With what all prompts share. */
const LIKE_ANOTHER: [Turn[], number] = [
  asked([0, 113], [0, 179], [4, 280], [1, 302], [0, 392], [4, 139], [1, 56], [0, 137]),
  180,
];
/** A state is taken up that is half as long as the last prompt, of which as much could have come again. */
const HALF_OF_THE_LAST: [Turn[], number] = [
  asked([2, 182], [0, 172], [0, 46], [1, 40], [2, 347], [0, 40], [1, 40], [0, 68], [0, 334], [0, 248]),
  93,
];

describe("the states that llama.cpp keeps", () => {
  it("are never too many in a conversation that goes on", () => {
    const turns = Array.from({ length: 90 }, (_, turn) => ({ reused: turn * 10, total: (turn + 1) * 10 }));
    expect(fullAt(turns)).toBeNull();
  });

  it("grow by every prompt that has nothing of the one before it", () => {
    const strangers = Array.from({ length: 10 }, () => ({ reused: 0, total: 400 }));
    // Two are 800 tokens, the third that is put aside makes them 1,200.
    expect(fullAt(strangers)).toBe(3);
  });

  it("grow by a whole prompt where the next one only begins as it did", () => {
    // A conversation that fills its window over and over, each time with its oldest turns left out.
    const cut = { reused: 200, total: 700 };
    const grown = { reused: 690, total: 990 };
    expect(fullAt([{ reused: 0, total: 990 }, cut, grown, cut])).toBe(3);
  });

  it("hardly grow while a conversation and what is asked in between take turns", () => {
    const chat = { reused: 800, total: 810 };
    const beside = { reused: 190, total: 200 };
    const turns = Array.from({ length: 100 }, (_, turn) => (turn % 2 === 0 ? chat : beside));
    expect(fullAt([{ reused: 0, total: 800 }, { reused: 0, total: 190 }, ...turns])).toBeNull();
  });

  it("hold two conversations that fill the window and take turns", () => {
    const turns = Array.from({ length: 100 }, (_, turn) => ({ reused: turn < 2 ? 0 : 900, total: 901 }));
    expect(fullAt(turns)).toBeNull();
  });

  it("count a whole window for an answer that was cut before its first token", () => {
    expect(fullAt([null, null, null, null, null])).toBe(2);
  });

  it("fill two windows at most, however conversations follow each other", () => {
    const turn = fc.record({ conversation: fc.nat({ max: 4 }), tokens: fc.integer({ min: 40, max: 400 }) });
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 80 }), fc.integer({ min: 1, max: 300 }), (turns, shared) => {
        const instruction = Array.from({ length: shared }, (_, place) => place);
        const said = new Map<number, number[]>();
        let server = new Server();
        let states = new KeptStates(WINDOW);
        for (const [at, { conversation, tokens }] of turns.entries()) {
          if (states.full) [server, states] = [new Server(), new KeptStates(WINDOW)];
          const more = Array.from({ length: tokens }, (_, place) => (at + 1) * 1000 + place);
          const before = said.get(conversation) ?? instruction;
          const prompt = before.length + tokens > WINDOW ? [...instruction, ...more] : [...before, ...more];
          said.set(conversation, prompt);
          states.count({ reused: server.answer(prompt), total: prompt.length });
          expect(server.kept).toBeLessThanOrEqual(2 * WINDOW);
        }
      }),
      { examples: [LIKE_ANOTHER, HALF_OF_THE_LAST] },
    );
  });
});
