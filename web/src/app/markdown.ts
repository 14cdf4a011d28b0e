/**
 * Markdown as blocks: a streaming answer draws only its last block again.
 *
 * What comes out is markup that has not been sanitized; `SafeHtml` is the only place that shows it.
 */
import { highlight } from "./code";
import { escapeHtml } from "./escape-html";
import { formulaBlock, formulaInText, isFormulaBlock } from "./formulas";
import { Marked, type Token, type Tokens } from "marked";

export type Block =
  | { kind: "html"; html: string }
  /** By itself: a wide one scrolls in its own place. */
  | { kind: "table"; html: string }
  | { kind: "code"; language: string; code: string };

const LINE_BREAK = /^<br\s*\/?>\s*$/i;

const marked = new Marked({
  gfm: true,
  breaks: true,
  async: false,
  extensions: [formulaBlock, formulaInText],
  renderer: {
    // Markup that a model writes is shown as text: it wrote it to be read, or to be run. Line breaks in the
    // cells of a table have no other way to be written.
    html: ({ text: markup }) => (LINE_BREAK.test(markup) ? "<br>" : escapeHtml(markup)),
    code: (token) => `<pre><code class="hljs">${highlight(token.text, languageOf(token))}</code></pre>`,
  },
});

/** The blocks of a Markdown text, in order. */
export function parseBlocks(source: string): Block[] {
  return marked.lexer(source).flatMap(toBlock);
}

/** A text that is still being written, as far as it has been read. */
export interface GrowingMarkdown {
  source: string;
  blocks: readonly Block[];
  /** The blocks that later text cannot change, and where the text behind them begins. */
  settled: { blocks: readonly Block[]; length: number };
}

const NOTHING: GrowingMarkdown = { source: "", blocks: [], settled: { blocks: [], length: 0 } };

/**
 * The blocks of a text that has grown: only its end is read again, so that a long answer streams as fast as a
 * short one. A link whose address is defined further down is a link only once the text is read as a whole.
 */
export function parseGrowing(before: GrowingMarkdown | null, text: string): GrowingMarkdown {
  const source = text.replaceAll(/\r\n?/g, "\n");
  const { settled } = before !== null && source.startsWith(before.source) ? before : NOTHING;
  const tokens = marked.lexer(source.slice(settled.length));
  const open = startOfOpenBlocks(tokens);
  const ended = tokens.slice(0, open);
  const blocks = [...settled.blocks, ...ended.flatMap(toBlock)];
  const length = settled.length + ended.reduce((sum, token) => sum + token.raw.length, 0);
  return { source, settled: { blocks, length }, blocks: [...blocks, ...tokens.slice(open).flatMap(toBlock)] };
}

/**
 * Where the blocks begin that later text may change: the last, which may become longer or another (a line a
 * table), and the one before it, which may take the last in (a list the number that begins its next item).
 */
function startOfOpenBlocks(tokens: readonly Token[]): number {
  const written = tokens.flatMap((token, index) => (token.type === "space" ? [] : [index]));
  return written.at(-2) ?? 0;
}

function toBlock(token: Token): Block[] {
  if (token.type === "space") return [];
  if (isCode(token)) return [{ kind: "code", language: languageOf(token), code: token.text }];
  if (isFormulaBlock(token)) return [{ kind: "code", language: "latex", code: token.text }];
  return [{ kind: token.type === "table" ? "table" : "html", html: marked.parser([token]) }];
}

function isCode(token: Token): token is Tokens.Code {
  return token.type === "code";
}

function languageOf(token: Tokens.Code): string {
  return (token.lang ?? "").trim().split(/\s/, 1)[0]?.toLowerCase() ?? "";
}
