/** Both sides of a card as fields: Ctrl+Enter or the button keeps them, Escape leaves them as they were. */
import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Flashcard } from "../../../lib/client/flashcards";
import { LONGEST_SIDE } from "../../study/deck";
import { text } from "../../text";

const words = text.study.card;

interface CardEditorProps {
  card: Flashcard;
  onSave: (sides: Flashcard) => void;
  onClose: () => void;
}

export function CardEditor({ card, onSave, onClose }: CardEditorProps): JSX.Element {
  const [question, setQuestion] = useState(card.question);
  const [answer, setAnswer] = useState(card.answer);
  const first = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    first.current?.focus();
  }, []);
  const sides = { question: question.trim(), answer: answer.trim() };
  const whole = sides.question !== "" && sides.answer !== "";
  const save = (): void => {
    if (!whole) return;
    onSave(sides);
    onClose();
  };
  return (
    <form
      class="card-editor"
      data-testid="card-editor"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
        if (event.key !== "Escape") return;
        // Only the editor is closed, not the place around it.
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      <Side field={first} label={words.question} testId="card-question" value={question} onChange={setQuestion} />
      <Side label={words.answer} testId="card-answer" value={answer} onChange={setAnswer} />
      <div class="making-actions">
        <button type="submit" class="primary" data-testid="save-card" disabled={!whole}>
          {words.save}
        </button>
        <button type="button" class="quiet" onClick={onClose}>
          {words.cancel}
        </button>
      </div>
    </form>
  );
}

interface SideProps {
  field?: { current: HTMLTextAreaElement | null };
  label: string;
  testId: string;
  value: string;
  onChange: (value: string) => void;
}

function Side({ field, label, testId, value, onChange }: SideProps): JSX.Element {
  const id = useId();
  return (
    <div class="study-field">
      <label for={id}>{label}</label>
      <textarea
        ref={field}
        id={id}
        rows={2}
        data-testid={testId}
        maxLength={LONGEST_SIDE}
        value={value}
        onInput={(event) => {
          onChange(event.currentTarget.value);
        }}
      />
    </div>
  );
}
