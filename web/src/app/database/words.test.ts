import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wordsOf } from "./words";

describe("words", () => {
  it("are found without case, accents and signs, each once", () => {
    expect(wordsOf("Über die Straße: über DIE crème brûlée!")).toEqual(["uber", "die", "strasse", "creme", "brulee"]);
    expect(wordsOf("x = foo_bar(42);")).toEqual(["x", "foo", "bar", "42"]);
  });

  it("are single signs where a script writes no spaces", () => {
    expect(wordsOf("東京に住む")).toEqual(["東", "京", "に", "住", "む"]);
  });

  it("are the same for a text and for its own words", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const words = wordsOf(text);
        expect(wordsOf(words.join(" "))).toEqual(words);
      }),
    );
  });
});
