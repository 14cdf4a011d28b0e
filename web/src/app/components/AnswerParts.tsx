/** What the model thought before it answered, folded away. */
import type { JSX } from "preact";
import { milliseconds } from "../format";
import type { ThinkingPart } from "../stores/turn";
import { text } from "../text";

export function Thinking({ part }: { part: ThinkingPart }): JSX.Element {
  const label = part.endedAt === null ? text.conversation.thinking : thoughtLabel(part.endedAt - part.startedAt);
  return (
    <details class="thinking" data-open={part.open} data-testid="thinking">
      <summary>{label}</summary>
      <div class="thinking-text">{part.text.trim()}</div>
    </details>
  );
}

const WORTH_TELLING_MS = 1000;

function thoughtLabel(duration: number): string {
  return duration < WORTH_TELLING_MS
    ? text.conversation.thought
    : text.conversation.thoughtFor(milliseconds(duration));
}
