import { describe, expect, it } from "vitest";
import { parseBlocks, parseGrowing } from "./markdown";

const html = (source: string): string =>
  parseBlocks(source)
    .map((block) => (block.kind === "code" ? `[${block.language}] ${block.code}` : block.html))
    .join("");

describe("a formula", () => {
  it.each([
    ["\\(a_1 * b_1\\)", "a_1 * b_1"],
    ["$x_1 + y_1$", "x_1 + y_1"],
    ["$$E = mc^2$$", "E = mc^2"],
    ["\\[\\frac{a}{b}\\]", "\\frac{a}{b}"],
  ])("in text keeps its marks: %s", (source, formula) => {
    expect(html(`So ${source} it is.`)).toBe(`<p>So <code>${formula}</code> it is.</p>\n`);
  });

  it.each(["$$\na_1 \\\\\n* b_1\n$$", "\\[\na_1 \\\\\n* b_1\n\\]"])("by itself is a block: %j", (source) => {
    expect(html(`So:\n${source}\nIt is.`)).toBe("<p>So:</p>\n[latex] a_1 \\\\\n* b_1<p>It is.</p>\n");
  });

  it("is one already while it is being written", () => {
    expect(parseGrowing(null, "$$\n\\frac{a_1}{b").blocks).toEqual([
      { kind: "code", language: "latex", code: "\\frac{a_1}{b" },
    ]);
  });

  it("cannot bring markup", () => {
    expect(html("\\(<img src=x>\\)")).toBe("<p><code>&lt;img src=x&gt;</code></p>\n");
  });
});

it("is looked for no longer than a formula is", () => {
  expect(html("\\( $x ".repeat(20_000))).not.toContain("<code>");
});

it.each(["It costs $5 and $10.", "From $5 to $6$7", "a $ b $ c", "$", "$$", "`$x$`"])(
  "money is none: %s",
  (source) => {
    expect(html(source)).not.toMatch(/<code>(?!\$x\$)/);
  },
);
