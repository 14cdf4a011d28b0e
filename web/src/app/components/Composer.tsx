import { useSignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import type { Readiness } from "../state";
import { runningTurn } from "../stores/conversation";
import { text } from "../text";
import { InstructionPanel } from "./composer/InstructionPanel";
import { MoreMenu } from "./composer/MoreMenu";
import { Refusals } from "./composer/Refusals";
import { TemplatesPanel } from "./composer/TemplatesPanel";
import { useApp } from "./context";
import { ArrowUp, Square } from "./icons";
import { Attachments } from "./turn/Attachments";
import { Undo } from "./Undo";

const hintOf = (readiness: Readiness): string => {
  const words = text.composer;
  const hints: Record<Readiness, string> = {
    ready: words.keys,
    waits_for_both: words.waitingForBoth,
    waits_for_python: words.waitingForPython,
    waits_for_model: words.waitingForModel,
    python_failed: words.blockedByPython,
    no_model: words.blockedByModel,
  };
  return hints[readiness];
};

/** The message box: takes text and files at any time, whatever loads or fails. */
export function Composer({ field }: { field: RefObject<HTMLTextAreaElement | null> }): JSX.Element {
  const { state, actions, composing } = useApp();
  const over = useSignal(false);
  const { draft, attached } = state;
  const send = (): void => {
    if (draft.value.trim() === "" && attached.value.length === 0) return;
    const [question, files] = [draft.value, attached.value];
    draft.value = "";
    attached.value = [];
    composing.refused.value = [];
    actions.ask(question, files);
    field.current?.focus();
  };
  return (
    <form
      class="composer"
      aria-label={text.composer.formLabel}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onDragOver={(event) => {
        if (event.dataTransfer?.types.includes("Files") !== true) return;
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => (over.value = false)}
      onDrop={(event) => {
        over.value = false;
        const files = [...(event.dataTransfer?.files ?? [])];
        if (files.length === 0) return;
        event.preventDefault();
        void composing.attach(files);
      }}
    >
      <Undo />
      {composing.panel.value === "templates" && <TemplatesPanel />}
      {composing.panel.value === "instruction" && <InstructionPanel />}
      <Refusals />
      <div class="composer-box" data-over={over.value}>
        <Attachments
          attachments={attached.value}
          onDetach={(id) => {
            composing.detach(id);
            field.current?.focus();
          }}
        />
        <div class="composer-line">
          <MoreMenu />
          <Field field={field} onSend={send} />
          <StopButton />
          <button
            type="submit"
            class="send-button"
            data-testid="send"
            disabled={draft.value.trim() === "" && attached.value.length === 0}
            aria-label={text.composer.send}
            title={text.composer.send}
          >
            <ArrowUp />
          </button>
        </div>
      </div>
      <Hint over={over.value} />
    </form>
  );
}

interface FieldProps {
  field: RefObject<HTMLTextAreaElement | null>;
  onSend: () => void;
}

function Field({ field, onSend }: FieldProps): JSX.Element {
  const { state, composing } = useApp();
  const draft = state.draft.value;
  useLayoutEffect(() => {
    if (field.current !== null) fitHeight(field.current);
  }, [draft, field]);
  return (
    <textarea
      ref={field}
      id="composer"
      data-testid="composer"
      rows={1}
      value={draft}
      placeholder={text.composer.placeholder}
      aria-label={text.composer.label}
      aria-describedby="composer-hint"
      enterkeyhint="send"
      autoComplete="off"
      onInput={(event) => {
        state.draft.value = event.currentTarget.value;
      }}
      onPaste={(event) => {
        const files = [...(event.clipboardData?.files ?? [])];
        // Copied from an office program, text comes with a picture of itself.
        if (files.length === 0 || event.clipboardData?.types.includes("text/plain") === true) return;
        event.preventDefault();
        void composing.attach(files);
      }}
      onKeyDown={(event) => {
        // Enter that ends an input method's composition is not a send.
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        onSend();
      }}
    />
  );
}

function StopButton(): JSX.Element | null {
  const { state, actions } = useApp();
  const running = runningTurn(state.conversation.value);
  if (running === null) return null;
  return (
    <button
      type="button"
      class="stop-button"
      data-testid="stop"
      // Not `disabled`: the focus would be lost.
      aria-disabled={running.state.kind === "running" && running.state.stopping}
      aria-label={text.composer.stop}
      title={text.composer.stop}
      onClick={() => {
        actions.stop();
      }}
    >
      <Square />
    </button>
  );
}

function Hint({ over }: { over: boolean }): JSX.Element {
  const { state, composing } = useApp();
  const { instruction } = state.conversation.value;
  return (
    <p id="composer-hint" class="composer-hint" data-testid="composer-hint" data-readiness={state.readiness.value}>
      {over ? text.composer.drop : hintOf(state.readiness.value)}
      {instruction !== null && (
        <button
          type="button"
          class="link-button"
          data-testid="instruction-on"
          onClick={() => (composing.panel.value = "instruction")}
        >
          {text.composer.instructionOn}
        </button>
      )}
    </p>
  );
}

/** Browsers with `field-sizing` need no help. */
function fitHeight(field: HTMLTextAreaElement): void {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${String(field.scrollHeight)}px`;
}
