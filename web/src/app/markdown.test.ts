import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBlocks, parseGrowing, type GrowingMarkdown } from "./markdown";

const DOCUMENTS = [
  "One paragraph.\n\nAnother one\nof two lines.",
  "# Title\n\nText\n====\n\nMore",
  "- one\n- two\n\n  still two\n\n- three\n\nBehind the list.",
  "1. one\n2. two\n   - deep\n3. three\n\n4. four after a blank",
  "Before\n\n```python\nprint('a')\n\n\nprint('b')\n```\n\nBehind",
  "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\nBehind",
  "> quote\n> goes on\nlazily\n\n> another\n\n---\n\nEnd",
  "Windows\r\n\r\nlines\r\n\r\n- x\r\n- y\r\n\r\nEnd",
  "So:\n$$\na_1\n- b\n# c\n$$\nIt is \\(x_1\\), or\n\\[\ny\n\n$$z$$ and $w$",
  "\n\n\nBlank lines first\n\n\n\nand between\n\n\n",
];

function grow(text: string, step: number): GrowingMarkdown {
  let parsed: GrowingMarkdown | null = null;
  for (let end = step; end < text.length + step; end += step) parsed = parseGrowing(parsed, text.slice(0, end));
  return parsed ?? parseGrowing(null, text);
}

describe("a text that grows", () => {
  it.each(DOCUMENTS)("ends as the same blocks as the whole: %j", (text) => {
    for (const step of [1, 3, 7]) expect(grow(text, step).blocks).toEqual(parseBlocks(text));
  });

  it("ends so for any mixture of blocks, in any pieces", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...DOCUMENTS), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 40 }),
        (documents, step) => {
          const text = documents.join("\n\n");
          expect(grow(text, step).blocks).toEqual(parseBlocks(text));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("reads again only behind what is settled", () => {
    const text = "One.\n\nTwo.\n\nThr";
    expect(parseGrowing(null, text).settled.length).toBe("One.\n\n".length);
  });

  it("begins anew when the text is another", () => {
    expect(parseGrowing(grow("One.\n\nTwo.", 1), "Else.").blocks).toEqual(parseBlocks("Else."));
  });
});

describe("code", () => {
  it("is a block of its own, with its language and as it was written", () => {
    expect(parseBlocks("```TS title=x\na < b\n```")).toEqual([{ kind: "code", language: "ts", code: "a < b" }]);
  });

  it("is shown while its end has not come yet", () => {
    expect(parseGrowing(null, "```py\nprint(").blocks).toEqual([{ kind: "code", language: "py", code: "print(" }]);
  });
});
