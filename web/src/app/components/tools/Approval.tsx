/** The question whether a tool may run. It is announced where it appears, and waits without taking the focus. */
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { ApprovalChoice } from "../../../protocol/wire";
import type { ToolPart } from "../../stores/turn";
import { text } from "../../text";
import { addressIn } from "../../tools/address";

const words = text.tools.approval;

interface ApprovalProps {
  part: ToolPart;
  /** Python's own words. */
  question: string;
  onChoose: (choice: ApprovalChoice) => void;
}

const CHOICES = [
  { choice: "once", look: "primary" },
  { choice: "conversation", look: "outlined" },
  { choice: "deny", look: "quiet" },
  { choice: "never", look: "quiet danger-text" },
] as const;

export function Approval({ part, question, onChoose }: ApprovalProps): JSX.Element {
  const label = useId();
  const about = useId();
  const consequence = consequenceOf(part);
  return (
    <div
      class="consent"
      role="group"
      data-testid="approval"
      aria-labelledby={label}
      aria-describedby={consequence === null ? undefined : about}
    >
      <p id={label} class="consent-question">
        {isUsual(question, part.name) ? words.question(part.name) : question}
      </p>
      {consequence !== null && (
        <p id={about} class="consent-about">
          {consequence}
        </p>
      )}
      <div class="consent-actions">
        {CHOICES.map(({ choice, look }) => (
          <button
            key={choice}
            type="button"
            class={look}
            data-testid={`approve-${choice}`}
            onClick={() => {
              onChoose(choice);
            }}
          >
            {words[choice]}
          </button>
        ))}
      </div>
    </div>
  );
}

/** The gate's own question is asked in the reader's language; another hook's in its own words. */
function isUsual(question: string, tool: string): boolean {
  return question === "" || question === `May the tool ${tool} run?`;
}

function consequenceOf({ name, arguments: given }: ToolPart): string | null {
  switch (name) {
    case "clipboard":
    case "download":
      return words.consequences[name];
    case "fetch": {
      const site = addressIn(given)?.host;
      return site === undefined ? null : words.consequences.fetch(site);
    }
    default:
      return null;
  }
}
