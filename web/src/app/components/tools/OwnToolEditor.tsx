/** Where a person writes a tool: its name, what it does, its parameters, its Python. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { text } from "../../text";
import { problemOf, toolOf, type Draft, type Problem } from "../../tools/own-tool";
import { Parameters } from "./Parameters";
import { useTools } from "./context";

const words = text.tools.own;

interface EditorProps {
  /** The name that the tool has; null for a new one. */
  before: string | null;
  initial: Draft;
  onClose: () => void;
}

export function OwnToolEditor({ before, initial, onClose }: EditorProps): JSX.Element {
  const tools = useTools();
  const draft = useSignal(initial);
  const problem = useSignal<Problem | null>(null);
  const first = useRef<HTMLInputElement>(null);
  const change = (part: Partial<Draft>): void => {
    draft.value = { ...draft.value, ...part };
  };
  useEffect(() => {
    first.current?.focus();
  }, []);
  const save = (): void => {
    const others = tools.state.own.value.map(({ name }) => name).filter((name) => name !== before);
    problem.value = problemOf(draft.value, others);
    if (problem.value !== null) return;
    tools.keepOwn(toolOf(draft.value), before);
    onClose();
  };
  return (
    <form
      class="own-editor"
      data-testid="own-editor"
      aria-label={before === null ? words.newTitle : words.editTitle(before)}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Row label={words.name} hint={words.nameHint}>
        {(id, hint) => (
          <input
            ref={first}
            id={id}
            aria-describedby={hint}
            class="tool-field code"
            type="text"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            value={draft.value.name}
            data-testid="own-name"
            onInput={(event) => {
              change({ name: event.currentTarget.value });
            }}
          />
        )}
      </Row>
      <Row label={words.description} hint={words.descriptionHint}>
        {(id, hint) => (
          <input
            id={id}
            aria-describedby={hint}
            class="tool-field"
            type="text"
            autocomplete="off"
            value={draft.value.description}
            data-testid="own-description"
            onInput={(event) => {
              change({ description: event.currentTarget.value });
            }}
          />
        )}
      </Row>
      <Parameters
        parameters={draft.value.parameters}
        onChange={(parameters) => {
          change({ parameters });
        }}
      />
      <Row label={words.source} hint={words.sourceHint}>
        {(id, hint) => (
          <textarea
            id={id}
            aria-describedby={hint}
            class="tool-field code source"
            rows={10}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            value={draft.value.source}
            data-testid="own-source"
            onInput={(event) => {
              change({ source: event.currentTarget.value });
            }}
          />
        )}
      </Row>
      <div class="try-actions">
        <button type="submit" class="primary" data-testid="own-save">
          {words.save}
        </button>
        <button type="button" class="quiet" data-testid="own-cancel" onClick={onClose}>
          {words.cancel}
        </button>
        <span class="problem" role="alert" data-testid="own-problem">
          {problem.value === null ? "" : sentenceOf(problem.value)}
        </span>
      </div>
    </form>
  );
}

interface RowProps {
  label: string;
  hint: string;
  children: (id: string, hint: string) => ComponentChildren;
}

function Row({ label, hint, children }: RowProps): JSX.Element {
  const id = useId();
  const hintId = useId();
  return (
    <div class="own-row">
      <label for={id}>{label}</label>
      {children(id, hintId)}
      <p id={hintId} class="muted">
        {hint}
      </p>
    </div>
  );
}

function sentenceOf(problem: Problem): string {
  switch (problem.what) {
    case "badName":
    case "noDescription":
    case "noRun":
      return words[problem.what];
    case "taken":
      return words.taken(problem.name);
    case "badParameter":
      return words.badParameter(problem.name);
  }
}
