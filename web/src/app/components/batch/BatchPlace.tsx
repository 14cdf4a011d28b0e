/** The place for batches: many prompts, one after another. */
import type { JSX } from "preact";
import { text } from "../../text";

const words = text.batch;

export function BatchPlace(): JSX.Element {
  return (
    <div class="batch-place">
      <p class="place-lead">{words.place.lead}</p>
      <p class="muted">{words.place.empty}</p>
    </div>
  );
}
