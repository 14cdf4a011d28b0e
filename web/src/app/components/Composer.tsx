import type { JSX, RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import type { Readiness } from "../state";
import { runningTurn } from "../stores/conversation";
import { text } from "../text";
import { useApp } from "./context";
import { ArrowUp, Square } from "./icons";

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

/** The message box: takes text at any time, whatever loads or fails. */
export function Composer({ field }: { field: RefObject<HTMLTextAreaElement | null> }): JSX.Element {
  const { state, actions } = useApp();
  const draft = state.draft.value;
  const running = runningTurn(state.conversation.value);
  useLayoutEffect(() => {
    if (field.current !== null) fitHeight(field.current);
  }, [draft, field]);

  const send = (): void => {
    if (draft.trim() === "") return;
    state.draft.value = "";
    actions.ask(draft);
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
    >
      <div class="composer-box">
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
          onKeyDown={(event) => {
            // Enter that ends an input method's composition is not a send.
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        {running !== null && (
          <button
            type="button"
            class="stop-button"
            data-testid="stop"
            disabled={running.state.kind === "running" && running.state.stopping}
            aria-label={text.composer.stop}
            title={text.composer.stop}
            onClick={() => {
              actions.stop();
            }}
          >
            <Square />
          </button>
        )}
        <button
          type="submit"
          class="send-button"
          data-testid="send"
          disabled={draft.trim() === ""}
          aria-label={text.composer.send}
          title={text.composer.send}
        >
          <ArrowUp />
        </button>
      </div>
      <p
        id="composer-hint"
        class="composer-hint"
        data-testid="composer-hint"
        data-readiness={state.readiness.value}
      >
        {hintOf(state.readiness.value)}
      </p>
    </form>
  );
}

/** Browsers with `field-sizing` need no help. */
function fitHeight(field: HTMLTextAreaElement): void {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${String(field.scrollHeight)}px`;
}
