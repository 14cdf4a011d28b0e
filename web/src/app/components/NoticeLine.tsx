/** A line between two turns: what changed there. */
import type { JSX } from "preact";
import type { Noticed } from "../stores/conversation";
import { text } from "../text";

export function NoticeLine({ what }: { what: Noticed }): JSX.Element {
  return (
    <p class="notice" data-testid="notice">
      {sentenceOf(what)}
    </p>
  );
}

function sentenceOf(what: Noticed): string {
  switch (what.type) {
    case "new_model":
      return text.conversation.newModel(what.model);
    case "python_restarted":
      return text.conversation.pythonRestarted;
    case "engine_lost":
      return text.recovery.over(text.errors.titles[what.code]);
    case "behind_failed":
      return text.recovery.behindFailed(what.model, what.message);
  }
}
