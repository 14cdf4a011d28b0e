/** What was deleted last, and the way back. */
import type { JSX } from "preact";
import { text } from "../text";
import { useApp } from "./context";
import { Close } from "./icons";

export function Undo(): JSX.Element | null {
  const { state, actions } = useApp();
  const { removed } = state.conversation.value;
  if (removed === null) return null;
  return (
    <div class="undo" role="status" data-testid="undo">
      <span>{text.conversation.removed(removed.turns.length)}</span>
      <button
        type="button"
        class="link-button"
        data-testid="undo-button"
        onClick={() => {
          actions.undoRemoval();
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
        }}
      >
        <Close />
      </button>
    </div>
  );
}
