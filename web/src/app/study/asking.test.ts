import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Flashcard } from "../../lib/client/flashcards";
import { bodyOf, cardOf, piecesOf, samplingOf, spread } from "./asking";
import type { Source } from "./deck";

const TOPIC: Source = { kind: "topic", text: "Photosynthesis" };
const cards = (count: number): Flashcard[] =>
  Array.from({ length: count }, (_, index) => ({ question: `Q${String(index)}`, answer: `A${String(index)}` }));

describe("what the model is asked for", () => {
  it("is one card about the source, held to the schema of a card", () => {
    const body = bodyOf({ piece: TOPIC, before: [], sampling: { temperature: 0.5 }, contextWindow: 2048 });
    expect(body.messages).toHaveLength(2);
    expect(body.messages[0].content).toContain("about this: Photosynthesis");
    expect(body.temperature).toBe(0.5);
    expect(body.response_format).toMatchObject({
      type: "json_schema",
      json_schema: { schema: { required: ["question", "answer"], additionalProperties: false } },
    });
  });

  it("begins with the whole of the request before it, so that an engine can keep that", () => {
    const of = (count: number) => bodyOf({ piece: TOPIC, before: cards(count), sampling: {}, contextWindow: 1024 }).messages;
    let broken = 0;
    for (let made = 0; made < 60; made += 1) {
      const [one, next] = [of(made), of(made + 1)];
      const kept = JSON.stringify(next.slice(0, one.length)) === JSON.stringify(one);
      // Now and then the older half is left out: the cards must not outgrow the model's window.
      if (!kept) broken += 1;
      expect(next.length).toBeLessThan(2 + 2 * 8);
    }
    expect(broken).toBeGreaterThan(0);
    expect(broken).toBeLessThan(60 / 2);
  });

  it("leaves room for the card, however long the cards before it are", () => {
    const side = fc.string({ minLength: 1, maxLength: 600, unit: "binary" });
    fc.assert(
      fc.property(fc.array(fc.record({ question: side, answer: side }), { maxLength: 20 }), (before) => {
        const { messages } = bodyOf({ piece: TOPIC, before, sampling: {}, contextWindow: 1024 });
        const letters = messages.slice(1).reduce((sum, { content }) => sum + content.length, 0);
        // Escapes make JSON longer than what it says, at most six times.
        expect(letters).toBeLessThan(1024 * 0.25 * 3 * 6 + 200);
      }),
    );
  });

  it("takes what a person chose for answers, but for their length and form", () => {
    expect(samplingOf({ temperature: 0.2, seed: 7, max_tokens: 3, stop: ["."], format: "json" })).toEqual({
      temperature: 0.2,
      seed: 7,
    });
  });
});

describe("an answer", () => {
  it("is a card where both sides say something", () => {
    expect(cardOf('{"question": " Why? ", "answer": "So."}')).toEqual({ question: "Why?", answer: "So." });
  });

  it.each(["", "{", '{"question": "Why?"', "[]", "null", '{"question": "Why?"}', '{"question": " ", "answer": "a"}', '{"question": 1, "answer": "a"}'])(
    "is none where it is %j",
    (text) => {
      expect(cardOf(text)).toBeNull();
    },
  );
});

describe("a long text", () => {
  const prose = fc.stringMatching(/^([a-zäß]{1,12}[ .\n]{1,2}){1,300}$/);

  it("is read in pieces that fit the model's window, and none of it is left out", () => {
    const bare = (text: string): string => text.replaceAll(/\s/gu, "");
    fc.assert(
      fc.property(prose, fc.integer({ min: 64, max: 4096 }), (text, window) => {
        const pieces = piecesOf({ kind: "text", text }, window);
        expect(bare(pieces.map((piece) => piece.text).join(""))).toBe(bare(text));
        for (const piece of pieces) {
          expect(piece.text.length).toBeLessThanOrEqual(Math.max(100, Math.floor(window * 0.4 * 3)));
          expect(piece.kind).toBe("text");
        }
      }),
    );
  });

  it("is cut between paragraphs where there are some", () => {
    const text = Array.from({ length: 6 }, (_, index) => `${String(index)} `.repeat(60).trim()).join("\n\n");
    for (const piece of piecesOf({ kind: "text", text }, 220)) {
      const [first, last] = [piece.text.charAt(0), piece.text.at(-1) ?? ""];
      expect(piece.text.startsWith(`${first} ${first}`)).toBe(true);
      expect(piece.text.endsWith(`${last} ${last}`)).toBe(true);
    }
  });

  it("gives its cards evenly from its beginning to its end", () => {
    expect(spread(6, 3)).toEqual([0, 0, 1, 1, 2, 2]);
    expect(spread(3, 6)).toEqual([0, 2, 4]);
    expect(spread(2, 1)).toEqual([0, 0]);
  });
});
