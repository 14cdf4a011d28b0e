/** The way back from a deletion: it stands until it is used, waved off, or the next one takes its place. */
import type { JSX } from "preact";
import type { ConversationList } from "../../conversations/list";
import { text } from "../../text";
import { Close } from "../icons";

export function Removed({ store }: { store: ConversationList }): JSX.Element | null {
  const record = store.state.removed.value;
  if (record === null) return null;
  const title = record.title === "" ? text.list.untitled : record.title;
  return (
    <div class="removed" role="status" data-testid="removed">
      <p>{text.list.removed(title)}</p>
      <button type="button" class="link-button" data-testid="undo-remove" onClick={() => void store.undo()}>
        {text.list.undo}
      </button>
      <button
        type="button"
        class="removed-close"
        aria-label={text.list.accept}
        title={text.list.accept}
        onClick={() => {
          store.accept();
        }}
      >
        <Close />
      </button>
    </div>
  );
}
