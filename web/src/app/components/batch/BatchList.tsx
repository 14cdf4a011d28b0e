/** All batches, with how far each is. */
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { type Batch, sumsOf } from "../../batch/record";
import { text } from "../../text";
import { PlaceLink } from "../PlaceLink";
import { useBatches } from "./context";

const words = text.batch.list;

export function BatchList(): JSX.Element {
  const { list } = useBatches();
  const title = useId();
  return (
    <section class="study-section" aria-labelledby={title}>
      <h3 id={title}>{words.title}</h3>
      {list.length === 0 ? (
        <p class="muted" data-testid="no-batches">
          {words.none}
        </p>
      ) : (
        <ul class="deck-list" data-testid="batches">
          {list.map((batch) => (
            <li key={batch.id} class="deck-row" data-testid="batch-row">
              <PlaceLink to="batch" section={batch.id} class="deck-open" testId="open-batch">
                <span class="deck-name">{batch.name}</span>
                <span class="deck-facts">{factsOf(batch)}</span>
              </PlaceLink>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function factsOf(batch: Batch): string {
  const { done, failed } = sumsOf(batch);
  const facts = [words.states[batch.state.kind], words.done(done, batch.prompts.length)];
  return [...facts, ...(failed > 0 ? [words.failed(failed)] : [])].join(" · ");
}
