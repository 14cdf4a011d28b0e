/** The place for studying: decks of flashcards, made by the model of this page. */
import type { JSX } from "preact";
import { text } from "../../text";

const words = text.study;

export function StudyPlace(): JSX.Element {
  return (
    <div class="study-place">
      <p class="place-lead">{words.place.lead}</p>
      <p class="muted">{words.place.empty}</p>
    </div>
  );
}
