import { describe, expect, it } from "vitest";
import { BufferedStream } from "../../bridge/event-stream";
import type { Flashcard } from "../../lib/client/flashcards";
import { type Made, makeCards, type Order } from "./maker";
import { card, DIED, FINISHED, Speaker } from "./testing/speaker";

const ORDER: Order = {
  source: { kind: "topic", text: "Rivers" },
  count: 3,
  before: [],
  sampling: {},
  contextWindow: 2048,
};

async function run(order: Order, speaker: Speaker, signal = new AbortController().signal): Promise<{ cards: Flashcard[]; made: Made }> {
  const cards: Flashcard[] = [];
  const making = makeCards(order, speaker.complete, signal);
  for (let step = await making.next(); ; step = await making.next()) {
    if (step.done === true) return { cards, made: step.value };
    cards.push(step.value);
  }
}

describe("the making of cards", () => {
  it("hands out as many as were asked for, and tells the model of those before", async () => {
    const speaker = new Speaker([card("one?"), card("two?"), card("three?")]);
    const { cards, made } = await run(ORDER, speaker);
    expect(cards.map(({ question }) => question)).toEqual(["one?", "two?", "three?"]);
    expect(made).toEqual({ missed: 0, pieces: { used: 1, all: 1 } });
    expect(speaker.asked[2]?.messages.filter(({ role }) => role === "assistant")).toHaveLength(2);
  });

  it("asks again, with more heat, where the model repeats itself or says no card", async () => {
    const speaker = new Speaker([card("one?"), card("One!"), "no card", card("two?"), card("three?")]);
    const { cards } = await run({ ...ORDER, sampling: { seed: 5 } }, speaker);
    expect(cards.map(({ question }) => question)).toEqual(["one?", "two?", "three?"]);
    expect(speaker.asked.map(({ temperature, seed }) => [temperature, seed])).toEqual([
      [undefined, 5],
      [undefined, 5],
      [expect.closeTo(1.1), 6],
      [expect.closeTo(1.4), 7],
      [undefined, 5],
    ]);
  });

  it("says how many cards it could not make, and makes the others", async () => {
    const speaker = new Speaker([card("one?"), card("one?"), card("one?"), card("one?"), card("two?")]);
    const { cards, made } = await run(ORDER, speaker);
    expect(cards.map(({ question }) => question)).toEqual(["one?", "two?"]);
    expect(made.missed).toBe(1);
  });

  it("makes none that is there already", async () => {
    const speaker = new Speaker([card("one?"), card("two?")]);
    const before = [{ question: "One", answer: "" }];
    const { cards } = await run({ ...ORDER, count: 1, before }, speaker);
    expect(cards).toEqual([{ question: "two?", answer: "a" }]);
  });

  it("reads a long text part by part, and says how many it read", async () => {
    const text = Array.from({ length: 9 }, (_, index) => `${"abc ".repeat(20)}part${String(index)}.`).join("\n\n");
    const speaker = new Speaker(Array.from({ length: 4 }, (_, index) => card(`q${String(index)}`)));
    const { made } = await run({ ...ORDER, count: 4, source: { kind: "text", text }, contextWindow: 256 }, speaker);
    expect(made.pieces.used).toBeLessThanOrEqual(4);
    const read = speaker.asked.map(({ messages }) => messages[0].content as string);
    expect(read[0]).toContain("part0");
    expect(read[3]).not.toContain("part0");
    expect(new Set(read).size).toBe(made.pieces.used);
  });

  it("ends with the engine's error, behind the cards that were finished", async () => {
    const making = makeCards(ORDER, new Speaker([card("one?"), DIED]).complete, new AbortController().signal);
    expect((await making.next()).value).toEqual({ question: "one?", answer: "a" });
    await expect(making.next()).rejects.toMatchObject({ code: "worker_died" });
  });

  it("ends when it is told to, and takes no half card for a whole one", async () => {
    const life = new AbortController();
    let cancelled = 0;
    const stream = new BufferedStream({ consumed: () => undefined, cancelled: () => (cancelled += 1) });
    const making = makeCards(ORDER, () => stream, life.signal);
    const first = making.next();
    stream.deliver([{ type: "delta", text: card("one?") }]);
    life.abort();
    stream.deliver([{ ...FINISHED, reason: "abort" }]);
    await expect(first).rejects.toThrow();
    expect(cancelled).toBe(1);
  });
});
