/** A question in other words, in its own place. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Turn } from "../../stores/turn";
import { text } from "../../text";
import { useApp } from "../context";
import { Attachments } from "./Attachments";

interface QuestionEditorProps {
  turn: Turn;
  onCancel: () => void;
  onSent: () => void;
}

export function QuestionEditor({ turn, onCancel, onSent }: QuestionEditorProps): JSX.Element {
  const { actions } = useApp();
  const wording = useSignal(turn.question);
  const attachments = useSignal(turn.attachments);
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(turn.question.length, turn.question.length);
  }, [turn]);
  const empty = wording.value.trim() === "" && attachments.value.length === 0;
  const send = (): void => {
    if (empty) return;
    actions.edit(turn.id, wording.value, attachments.value);
    onSent();
    document.getElementById("composer")?.focus();
  };
  return (
    <form
      class="question-editor"
      data-testid="question-editor"
      aria-label={text.conversation.editLabel}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Attachments
        attachments={attachments.value}
        onDetach={(id) => {
          attachments.value = attachments.value.filter((each) => each.id !== id);
        }}
      />
      <textarea
        ref={field}
        data-testid="question-field"
        aria-label={text.conversation.editField}
        aria-describedby={`editing-${turn.id}`}
        rows={2}
        value={wording.value}
        onInput={(event) => {
          wording.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === "Escape") {
            // Elsewhere it stops the answer.
            event.stopPropagation();
            onCancel();
          }
          if (event.key !== "Enter" || event.shiftKey) return;
          event.preventDefault();
          send();
        }}
      />
      <div class="question-editor-end">
        <p id={`editing-${turn.id}`}>{text.conversation.editHint}</p>
        <button type="button" class="quiet" onClick={onCancel}>
          {text.conversation.cancel}
        </button>
        <button type="submit" class="primary" data-testid="question-send" disabled={empty}>
          {text.conversation.editSend}
        </button>
      </div>
    </form>
  );
}
