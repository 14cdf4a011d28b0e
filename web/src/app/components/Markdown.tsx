import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { highlight, parseBlocks, parseGrowing, type GrowingMarkdown } from "../markdown";
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
  }, [source, growing]);
  return (
    <div class="prose" data-testid="answer-text">
      {blocks.map((block, index) =>
        block.kind === "html" ? (
          <SafeHtml key={index} html={block.html} />
        ) : (
          <CodeBlock key={index} code={block.code} language={block.language} />
        ),
      )}
    </div>
  );
}

function CodeBlock({ code, language }: { code: string; language: string }): JSX.Element {
  const html = useMemo(() => highlight(code, language), [code, language]);
  const name = language === "" ? text.conversation.code : language;
  return (
    <figure class="code-block">
      <figcaption>
        <span>{name}</span>
        <CopyButton content={code} label={text.conversation.copyCode} />
      </figcaption>
      <pre tabIndex={0} aria-label={name}>
        <SafeHtml as="code" html={html} />
      </pre>
    </figure>
  );
}
