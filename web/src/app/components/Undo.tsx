/** What was deleted last, and the way back. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { text } from "../text";
import { useApp } from "./context";
import { Close } from "./icons";

export function Undo(): JSX.Element | null {
  const { state, actions } = useApp();
  const { removed } = state.conversation.value;
  const back = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    // The button that deleted went with what it stood beside, or stands beside another branch now.
    if (removed !== null) back.current?.focus();
  }, [removed]);
  if (removed === null) return null;
  return (
    <div class="undo" role="status" data-testid="undo">
      <span>{text.conversation.removed(removed.turns.length)}</span>
      <button
        type="button"
        ref={back}
        class="link-button"
        data-testid="undo-button"
        onClick={() => {
          actions.undoRemoval();
          document.getElementById("composer")?.focus();
        }}
      >
        {text.conversation.undo}
      </button>
      <button
        type="button"
        class="small-icon"
        data-testid="undo-dismiss"
        aria-label={text.conversation.dismiss}
        title={text.conversation.dismiss}
        onClick={() => {
          actions.acceptRemoval();
          document.getElementById("composer")?.focus();
        }}
      >
        <Close />
      </button>
    </div>
  );
}
