import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { highlight, highlighterIsHere, piecesOf } from "../code";
import { parseBlocks, parseGrowing, type Block, type GrowingMarkdown } from "../markdown";
import { text } from "../text";
import { CopyButton } from "./CopyButton";
import { SafeHtml } from "./SafeHtml";

/** Markdown as elements. While it grows, only its end is read and drawn again. */
export function Markdown({ source, growing = false }: { source: string; growing?: boolean }): JSX.Element {
  const before = useRef<GrowingMarkdown | null>(null);
  const blocks = useMemo(() => {
    if (!growing) return parseBlocks(source);
    before.current = parseGrowing(before.current, source);
    return before.current.blocks;
    // Code within lists is a part of their markup.
  }, [source, growing, highlighterIsHere.value]);
  return (
    <div class="prose" data-testid="answer-text">
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} growing={growing && index === blocks.length - 1} />
      ))}
    </div>
  );
}

function BlockView({ block, growing }: { block: Block; growing: boolean }): JSX.Element {
  switch (block.kind) {
    case "html":
      return <SafeHtml html={block.html} />;
    case "table":
      return <Table html={block.html} />;
    case "code":
      return <CodeBlock code={block.code} language={block.language} growing={growing} />;
  }
}

/** What is wider than the page is scrolled by the keyboard too. */
function Table({ html }: { html: string }): JSX.Element {
  return (
    <div class="table-block" role="region" aria-label={text.conversation.tableLabel} tabIndex={0}>
      <SafeHtml html={html} />
    </div>
  );
}

/** Longer code is highlighted in pieces for good: whole, it would hold the page up. */
const WHOLE_LENGTH = 12_000;

interface CodeBlockProps {
  code: string;
  language: string;
  growing: boolean;
}

function CodeBlock({ code, language, growing }: CodeBlockProps): JSX.Element {
  const name = language === "" ? text.conversation.code : language;
  const pieces = growing || code.length > WHOLE_LENGTH ? piecesOf(code) : [code];
  return (
    <figure class="code-block">
      <figcaption>
        <span>{name}</span>
        <CopyButton content={code} label={text.conversation.copyCode} />
      </figcaption>
      <pre tabIndex={0} aria-label={name}>
        {pieces.map((piece, index) => (
          <Piece key={index} code={piece} language={language} />
        ))}
      </pre>
    </figure>
  );
}

function Piece({ code, language }: { code: string; language: string }): JSX.Element {
  // Drawn again when the highlighter has come.
  const html = useMemo(() => highlight(code, language), [code, language, highlighterIsHere.value]);
  return <SafeHtml as="code" html={html} />;
}
