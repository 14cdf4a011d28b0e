/** What a person said: the bubble, what goes with it, and what can be done with it. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Choice } from "../../stores/branches";
import type { Turn } from "../../stores/turn";
import { text } from "../../text";
import { CopyButton } from "../CopyButton";
import { useApp } from "../context";
import { Pencil, Trash } from "../icons";
import { Attachments } from "./Attachments";
import { Moment } from "./Moment";
import { QuestionEditor } from "./QuestionEditor";
import { Switcher } from "./Switcher";

export function Question({ turn, choice }: { turn: Turn; choice: Choice | null }): JSX.Element {
  const editing = useSignal(false);
  const edit = useRef<HTMLButtonElement>(null);
  const cancel = (): void => {
    editing.value = false;
    // The button comes back with the next drawing.
    requestAnimationFrame(() => edit.current?.focus());
  };
  return (
    <article class="message-user" data-testid="message-user" aria-label={text.conversation.you}>
      {editing.value ? (
        <QuestionEditor turn={turn} onCancel={cancel} onSent={() => (editing.value = false)} />
      ) : (
        <>
          <Attachments attachments={turn.attachments} />
          {turn.question !== "" && <p class="bubble">{turn.question}</p>}
          {turn.state.kind === "waiting" && <WaitingNote turn={turn} />}
          <QuestionActions turn={turn} choice={choice} edit={edit} onEdit={() => (editing.value = true)} />
        </>
      )}
    </article>
  );
}

interface QuestionActionsProps {
  turn: Turn;
  choice: Choice | null;
  edit: { current: HTMLButtonElement | null };
  onEdit: () => void;
}

function QuestionActions({ turn, choice, edit, onEdit }: QuestionActionsProps): JSX.Element {
  const { actions } = useApp();
  const words = text.conversation;
  return (
    <div class="turn-actions">
      <Moment at={turn.askedAt} />
      <span class="turn-buttons">
        <CopyButton content={turn.question} label={words.copyQuestion} bare />
        <button
          ref={edit}
          type="button"
          class="small-icon"
          data-testid="edit"
          aria-label={words.editLabel}
          title={words.edit}
          onClick={onEdit}
        >
          <Pencil />
        </button>
        <button
          type="button"
          class="small-icon"
          data-testid="delete-turn"
          aria-label={words.removeLabel}
          title={words.removeLabel}
          onClick={() => {
            actions.remove(turn.id);
          }}
        >
          <Trash />
        </button>
      </span>
      {choice !== null && <Switcher choice={choice} label={words.wordings} />}
    </div>
  );
}

function WaitingNote({ turn }: { turn: Turn }): JSX.Element {
  const { actions, state } = useApp();
  const ready = state.readiness.value === "ready";
  return (
    <p class="waiting-note">
      {ready ? text.conversation.queued : text.conversation.queuedUntilReady}
      <button
        type="button"
        class="link-button"
        data-testid="withdraw"
        onClick={() => {
          actions.withdraw(turn.id);
        }}
      >
        {text.conversation.withdraw}
      </button>
    </p>
  );
}
