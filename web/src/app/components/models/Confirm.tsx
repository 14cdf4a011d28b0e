import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { text } from "../../text";

/** A question before something that costs: it takes the focus, and Escape answers "no". */
export function Confirm({
  testId,
  sentences,
  confirm,
  danger = false,
  back = text.models.actions.back,
  onConfirm,
  onBack,
  children,
}: {
  testId: string;
  sentences: readonly string[];
  confirm: string;
  danger?: boolean;
  back?: string;
  onConfirm: () => void;
  onBack: () => void;
  /** Other answers than the two. */
  children?: ComponentChildren;
}): JSX.Element {
  const question = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    question.current?.querySelector("button")?.focus();
    return () => {
      // Back to where the question was raised, where that is still there.
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (lost && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <div
      ref={question}
      class="confirm"
      role="group"
      aria-label={sentences[0]}
      data-testid={testId}
      data-danger={danger}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        // Only the question is closed, not the place around it.
        event.preventDefault();
        event.stopPropagation();
        onBack();
      }}
    >
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <div class="confirm-actions">
        <button type="button" class={danger ? "danger" : "primary"} data-testid="confirm" onClick={onConfirm}>
          {confirm}
        </button>
        {children}
        <button type="button" class="quiet" data-testid="confirm-back" onClick={onBack}>
          {back}
        </button>
      </div>
    </div>
  );
}
