/**
 * Markdown as blocks (pure up to the highlighter): a streaming answer draws only its last block again.
 *
 * What comes out is markup that has not been sanitized; `SafeHtml` is the only place that shows it.
 */
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import css from "highlight.js/lib/languages/css";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import markdown from "highlight.js/lib/languages/markdown";
import python from "highlight.js/lib/languages/python";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { Marked, type Token, type Tokens } from "marked";

const LANGUAGES = { bash, css, javascript, json, markdown, python, sql, typescript, xml, yaml };
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);

export type Block = { kind: "html"; html: string } | { kind: "code"; language: string; code: string };

const LINE_BREAK = /^<br\s*\/?>\s*$/i;

const marked = new Marked({
  gfm: true,
  breaks: true,
  async: false,
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

function toBlock(token: Token): Block[] {
  if (token.type === "space") return [];
  if (isCode(token)) return [{ kind: "code", language: languageOf(token), code: token.text }];
  return [{ kind: "html", html: marked.parser([token]) }];
}

function isCode(token: Token): token is Tokens.Code {
  return token.type === "code";
}

function languageOf(token: Tokens.Code): string {
  return (token.lang ?? "").trim().split(/\s/, 1)[0]?.toLowerCase() ?? "";
}

/** Code as markup: highlighted where the language is known, escaped where it is not. */
export function highlight(code: string, language: string): string {
  if (hljs.getLanguage(language) === undefined) return escapeHtml(code);
  return hljs.highlight(code, { language, ignoreIllegals: true }).value;
}

export function escapeHtml(raw: string): string {
  return raw
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
