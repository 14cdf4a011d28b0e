/**
 * Formulas, as models write them (LaTeX), stand on the page as they were written: Markdown would read their
 * underscores, stars and backslashes as its own marks.
 */
import type { TokenizerAndRendererExtension, Tokens } from "marked";
import { escapeHtml } from "./escape-html";

/** What stands between the marks of a formula. */
interface Formula extends Tokens.Generic {
  text: string;
}

// Ends at its closing mark or at an empty line: while it is being written it is a formula already.
const BLOCK = /^(?:\$\$(?!\$)|\\\[)((?:(?!\n[ \t]*(?:\n|$))[^])*?)(?:(?:\$\$|\\\])[ \t]*(?:\n|$)|(?=\n[ \t]*(?:\n|$))|$)/;
const BLOCK_START = /^(?:\$\$(?!\$)|\\\[)/m;
// A single dollar sign is money more often: no space inside of it, and no digit behind. What is not closed soon is
// no formula: a text of nothing but opening marks must not be searched to its end from each of them.
const INLINE = [
  /^\\\(([^]{1,1000}?)\\\)/,
  /^\\\[([^]{1,1000}?)\\\]/,
  /^\$\$(?!\$)([^$]{1,1000}?)\$\$/,
  /^\$(?![\s$])((?:\\.|[^\\$\n]){1,300}?)(?<![\s\\])\$(?![\d$])/,
] as const;
const INLINE_START = /\\[([]|\$/;

function formula(type: string, match: RegExpExecArray | null): Formula | undefined {
  const text = match?.[1]?.trim() ?? "";
  return match === null || text === "" ? undefined : { type, raw: match[0], text };
}

export const formulaBlock: TokenizerAndRendererExtension = {
  name: "formulaBlock",
  level: "block",
  start: (source) => BLOCK_START.exec(source)?.index,
  tokenizer: (source) => formula("formulaBlock", BLOCK.exec(source)),
  renderer: (token) => `<pre><code>${escapeHtml((token as Formula).text)}</code></pre>`,
};

export const formulaInText: TokenizerAndRendererExtension = {
  name: "formulaInText",
  level: "inline",
  start: (source) => INLINE_START.exec(source)?.index,
  tokenizer: (source) => {
    const match = INLINE.map((form) => form.exec(source)).find((found) => found !== null);
    return formula("formulaInText", match ?? null);
  },
  renderer: (token) => `<code>${escapeHtml((token as Formula).text)}</code>`,
};

export const isFormulaBlock = (token: { type: string }): token is Formula => token.type === "formulaBlock";
