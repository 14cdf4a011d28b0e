/** Streamed answers for a screen reader: whole sentences, each once. */
import type { Conversation } from "./stores/conversation";
import type { ToolPart, Turn } from "./stores/turn";
import { text } from "./text";

const SENTENCE_END = /[.!?…](?=\s)|\n/g;

/** What can be said of `written` from `from` on, and where the rest starts. With `ended`, the rest is said too. */
export function nextSentences(written: string, from: number, ended: boolean): { say: string; from: number } {
  const rest = written.slice(from);
  if (ended) return { say: plain(rest), from: written.length };
  let end = 0;
  for (const match of rest.matchAll(SENTENCE_END)) end = match.index + match[0].length;
  return { say: plain(rest.slice(0, end)), from: from + end };
}

/** Follows the turns that are being answered and says what is new in them. */
export class AnswerAnnouncer {
  readonly #said = new Map<string, number>();
  /** Turns that were sent and have not ended: what was stored earlier is not read out again. */
  readonly #expected = new Set<string>();
  #news: string[] = [];

  constructor(private readonly announce: (sentences: string) => void) {}

  expect(turn: string): void {
    this.#expected.add(turn);
  }

  follow(conversation: Conversation): void {
    if (this.#expected.size === 0) return;
    for (const turn of conversation.turns) {
      if (!this.#expected.has(turn.id)) continue;
      for (const part of turn.parts) this.#followPart(turn.id, part);
      this.#followEnd(turn);
    }
    if (this.#news.length === 0) return;
    // One announcement for all that is new: a second one at once would swallow the first.
    this.announce(this.#news.join(" "));
    this.#news = [];
  }

  #followPart(turn: string, part: Turn["parts"][number]): void {
    const key = `${turn} ${part.key}`;
    switch (part.kind) {
      case "thinking":
        return;
      case "tool":
        this.#followTool(key, part);
        return;
      case "text": {
        const { say, from } = nextSentences(part.text, this.#said.get(key) ?? 0, !part.open);
        this.#said.set(key, from);
        if (say !== "") this.#news.push(say);
      }
    }
  }

  /** A call is told once, and once more where it waits for a person. */
  #followTool(key: string, { name, state, asked }: ToolPart): void {
    const told = this.#said.get(key) ?? 0;
    const asks = state === "asking" && asked !== undefined;
    if (asks && told < 2) this.#news.push(text.tools.approval.announced(name));
    else if (told < 1 && state !== "asking") this.#news.push(text.announce.toolCalled(name));
    else return;
    this.#said.set(key, asks ? 2 : 1);
  }

  #followEnd(turn: Turn): void {
    switch (turn.state.kind) {
      case "waiting":
      case "running":
        return;
      case "done":
        break;
      case "stopped":
        this.#news.push(text.announce.answerStopped);
        break;
      case "failed":
        this.#news.push(
          text.announce.error(text.errors.titles[turn.state.error.code], turn.state.error.message),
        );
    }
    this.#expected.delete(turn.id);
    for (const { key } of turn.parts) this.#said.delete(`${turn.id} ${key}`);
  }
}

/** Markdown's marks are for the eye. */
function plain(markdown: string): string {
  return markdown
    .replaceAll(/```[^\n]*\n?/g, "")
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/[*_`#>|]+/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}
