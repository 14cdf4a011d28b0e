/** Files that could not be attached, each with its reason. */
import type { JSX } from "preact";
import type { Refusal } from "../../composer/attaching";
import { count } from "../../format";
import { text } from "../../text";
import { useApp } from "../context";
import { Close } from "../icons";

export function Refusals(): JSX.Element | null {
  const { composing } = useApp();
  const refused = composing.refused.value;
  if (refused.length === 0) return null;
  return (
    <div class="refusals" role="alert" data-testid="refusals">
      <ul>
        {refused.map((refusal) => (
          <li key={refusal.name}>{sentenceOf(refusal)}</li>
        ))}
      </ul>
      <button
        type="button"
        class="small-icon"
        aria-label={text.composer.close}
        title={text.composer.close}
        onClick={() => (composing.refused.value = [])}
      >
        <Close />
      </button>
    </div>
  );
}

function sentenceOf(refusal: Refusal): string {
  const words = text.composer;
  switch (refusal.reason) {
    case "binary":
      return words.fileBinary(refusal.name);
    case "empty":
      return words.fileEmpty(refusal.name);
    case "unread":
      return words.fileUnread(refusal.name);
    case "image_type":
      return words.imageType(refusal.name);
    case "image_too_large":
      return words.imageTooLarge(refusal.name);
    case "image_unseen":
      return words.imageUnseen(refusal.name, refusal.model ?? words.thisModel);
    case "too_large":
      return words.fileTooLarge(refusal.name, count(refusal.tokens), count(refusal.room));
  }
}
