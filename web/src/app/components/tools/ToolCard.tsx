/** A tool call: what it was given, whether it may run, what came of it and how long it took. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { ApprovalChoice } from "../../../protocol/wire";
import { milliseconds } from "../../format";
import type { ToolPart } from "../../stores/turn";
import { text } from "../../text";
import { Tool } from "../icons";
import { Approval } from "./Approval";

const words = text.tools.card;

interface ToolCardProps {
  part: ToolPart;
  onApprove: (approval: string, choice: ApprovalChoice) => void;
}

export function ToolCard({ part, onApprove }: ToolCardProps): JSX.Element {
  const head = useRef<HTMLElement>(null);
  const { asked } = part;
  return (
    <details
      class="tool-card"
      open
      data-testid="tool-call"
      data-state={part.state}
      aria-label={words.label(part.name)}
    >
      <summary ref={head}>
        <Tool />
        <code>{part.name}</code>
        <span class="tool-facts" data-testid="tool-facts">
          {factsOf(part).map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
        </span>
        <span class="tool-state">{words.states[part.state]}</span>
      </summary>
      <dl>
        <dt>{words.arguments}</dt>
        <dd data-testid="tool-arguments">
          <pre>{part.arguments === "" ? words.noArguments : part.arguments}</pre>
        </dd>
        {part.result !== "" && (
          <>
            <dt>{words.result}</dt>
            <dd data-testid="tool-result">
              <pre>{part.result}</pre>
            </dd>
          </>
        )}
      </dl>
      {part.state === "asking" && asked !== undefined && (
        <Approval
          part={part}
          question={asked.question}
          onChoose={(choice) => {
            // The buttons are gone in a moment: the focus stays with the call.
            head.current?.focus({ preventScroll: true });
            onApprove(asked.approval, choice);
          }}
        />
      )}
    </details>
  );
}

const WORTH_TELLING_MS = 10;

function factsOf({ choice, startedAt, endedAt }: ToolPart): string[] {
  const consent = choice === undefined ? [] : [words.choices[choice]];
  const took = startedAt === undefined || endedAt === undefined ? 0 : endedAt - startedAt;
  return [...consent, ...(took < WORTH_TELLING_MS ? [] : [milliseconds(took)])];
}
