/** The system text of this conversation. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { text } from "../../text";
import { useApp } from "../context";
import { Panel } from "./Panel";

export function InstructionPanel(): JSX.Element {
  const { state, actions, composing } = useApp();
  const conversation = state.conversation.value;
  const written = useSignal(conversation.instruction ?? "");
  const field = useRef<HTMLTextAreaElement>(null);
  const hint = useId();
  useLayoutEffect(() => {
    field.current?.focus();
  }, []);
  const keep = (instruction: string): void => {
    actions.instruct(instruction);
    composing.panel.value = null;
    document.getElementById("composer")?.focus();
  };
  return (
    <Panel title={text.composer.instruction} testId="instruction-panel">
      <form
        aria-label={text.composer.instruction}
        onSubmit={(event) => {
          event.preventDefault();
          keep(written.value);
        }}
      >
        <textarea
          ref={field}
          class="panel-field"
          data-testid="instruction-field"
          rows={3}
          value={written.value}
          placeholder={text.composer.instructionPlaceholder}
          aria-label={text.composer.instructionField}
          aria-describedby={hint}
          onInput={(event) => {
            written.value = event.currentTarget.value;
          }}
        />
        <p id={hint} class="muted">
          {text.composer.instructionHint}
        </p>
        <div class="composer-panel-end">
          {conversation.instruction !== null && (
            <button
              type="button"
              class="quiet"
              data-testid="instruction-reset"
              onClick={() => {
                keep("");
              }}
            >
              {text.composer.instructionReset}
            </button>
          )}
          <button type="submit" class="primary" data-testid="instruction-save">
            {text.composer.save}
          </button>
        </div>
      </form>
    </Panel>
  );
}
