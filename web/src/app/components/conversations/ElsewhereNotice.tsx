import type { JSX } from "preact";
import { text } from "../../text";
import { useApp } from "../context";

/** Says that the answer on the screen is another tab's. */
export function ElsewhereNotice(): JSX.Element | null {
  const { keeping, state } = useApp();
  if (!keeping.state.elsewhere.value.has(state.conversation.value.id)) return null;
  return (
    <p class="elsewhere" role="status" data-testid="elsewhere">
      {text.list.elsewhere}
    </p>
  );
}
