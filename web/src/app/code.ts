/** Code on the page: plain until the highlighter has come, and in pieces while it grows. */
import { computed, signal } from "@preact/signals";
import { escapeHtml } from "./escape-html";

type Highlight = (code: string, language: string) => string;

const loaded = signal<Highlight | null>(null);
let asked = false;

/** What views look at that show code. */
export const highlighterIsHere = computed(() => loaded.value !== null);

/** Code as markup. The first call fetches the highlighter; a view that shows the code is drawn again when it comes. */
export function highlight(code: string, language: string): string {
  void fetchHighlighter();
  const highlighted = loaded.peek();
  return highlighted === null ? escapeHtml(code) : highlighted(code, language);
}

/** Settles when code is highlighted; code stays plain where the highlighter cannot be fetched. */
export async function fetchHighlighter(): Promise<void> {
  if (asked) return;
  asked = true;
  try {
    loaded.value = (await import("./highlighting")).highlight;
  } catch (raw) {
    asked = false;
    console.warn("Code stays without colours:", raw);
  }
}

const PIECE_LENGTH = 1500;

/**
 * Code as pieces that are each highlighted once, so that neither long code nor code that grows holds the page up.
 * A comment or text over the end of a piece loses its colour in the next one.
 */
export function piecesOf(code: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  while (code.length - from > PIECE_LENGTH) {
    const lineEnd = code.indexOf("\n", from + PIECE_LENGTH);
    if (lineEnd < 0) break;
    pieces.push(code.slice(from, lineEnd + 1));
    from = lineEnd + 1;
  }
  pieces.push(code.slice(from));
  return pieces;
}
