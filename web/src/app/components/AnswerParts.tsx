/** The parts of an answer beside its text: thinking, folded away, and tool calls. */
import type { JSX } from "preact";
import { milliseconds } from "../format";
import type { ThinkingPart, ToolPart } from "../stores/turn";
import { text } from "../text";
import { Tool } from "./icons";

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

export function ToolCard({ part }: { part: ToolPart }): JSX.Element {
  return (
    <details
      class="tool-card"
      open
      data-testid="tool-call"
      data-state={part.state}
      aria-label={text.tool.label(part.name)}
    >
      <summary>
        <Tool />
        <code>{part.name}</code>
        <span class="tool-state">{text.tool.states[part.state]}</span>
      </summary>
      <dl>
        <dt>{text.tool.arguments}</dt>
        <dd data-testid="tool-arguments">
          <pre>{part.arguments === "" ? text.tool.noArguments : part.arguments}</pre>
        </dd>
        {part.result !== "" && (
          <>
            <dt>{text.tool.result}</dt>
            <dd data-testid="tool-result">
              <pre>{part.result}</pre>
            </dd>
          </>
        )}
      </dl>
    </details>
  );
}
