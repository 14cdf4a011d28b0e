/** Leads from one wording of a question, or one answer to it, to the others. */
import type { JSX } from "preact";
import type { Choice } from "../../stores/branches";
import { text } from "../../text";
import { useApp } from "../context";
import { ChevronLeft, ChevronRight } from "../icons";

export function Switcher({ choice, label }: { choice: Choice; label: string }): JSX.Element {
  const words = text.conversation;
  return (
    <span class="switcher" role="group" aria-label={label} data-testid="branch">
      <Step to={choice.previous} label={words.previous} testId="branch-previous">
        <ChevronLeft />
      </Step>
      <span data-testid="branch-at">{words.choice(choice.at, choice.of)}</span>
      <Step to={choice.next} label={words.next} testId="branch-next">
        <ChevronRight />
      </Step>
    </span>
  );
}

interface StepProps {
  to: string | null;
  label: string;
  testId: string;
  children: JSX.Element;
}

function Step({ to, label, testId, children }: StepProps): JSX.Element {
  const { actions } = useApp();
  return (
    <button
      type="button"
      class="small-icon"
      data-testid={testId}
      // Not `disabled`: the focus would be lost at the end of the way.
      aria-disabled={to === null}
      aria-label={label}
      title={label}
      onClick={() => {
        if (to !== null) actions.switchTo(to);
      }}
    >
      {children}
    </button>
  );
}
