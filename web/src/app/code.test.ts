import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fetchHighlighter, highlight, piecesOf } from "./code";

describe("code", () => {
  it("is coloured once the highlighter has come, and only escaped in a language that it does not know", async () => {
    await fetchHighlighter();
    expect(highlight("const a = 1 < 2", "ts")).toContain("hljs-keyword");
    expect(highlight("a < b", "klingon")).toBe("a &lt; b");
  });

  it("in pieces is the same code, and what is behind only grows", () => {
    const code = fc.array(fc.string({ maxLength: 300 }), { maxLength: 60 }).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(code, code, (before, more) => {
        const pieces = piecesOf(before);
        expect(pieces.join("")).toBe(before);
        expect(piecesOf(before + more).slice(0, pieces.length - 1)).toEqual(pieces.slice(0, -1));
      }),
    );
  });
});
