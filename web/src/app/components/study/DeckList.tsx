/** All decks, with what there is to review in each. */
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Deck } from "../../study/deck";
import { dueIn } from "../../study/review";
import { text } from "../../text";
import { useApp } from "../context";
import { PlaceLink } from "../PlaceLink";
import { useStudy } from "./context";
import { reviewOf } from "./review-address";

const words = text.study.decks;

export function DeckList(): JSX.Element {
  const { decks } = useStudy();
  const title = useId();
  const { list } = decks;
  return (
    <section class="study-section" aria-labelledby={title}>
      <h3 id={title}>{words.title}</h3>
      {list.length === 0 ? (
        <p class="muted" data-testid="no-decks">
          {words.none}
        </p>
      ) : (
        <ul class="deck-list" data-testid="decks">
          {list.map((deck) => (
            <Row key={deck.id} deck={deck} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Row({ deck }: { deck: Deck }): JSX.Element {
  const { places } = useApp();
  const { making, now } = useStudy();
  const due = dueIn(deck, now()).length;
  const progress = making.progress.value;
  return (
    <li class="deck-row" data-testid="deck">
      <PlaceLink to="study" section={deck.id} class="deck-open" testId="open-deck">
        <span class="deck-name">{deck.name}</span>
        <span class="deck-facts">
          {progress?.deck === deck.id
            ? text.study.making.running(progress.done, progress.wanted)
            : words.cards(deck.cards.length)}
          {due > 0 && ` · ${words.due(due)}`}
        </span>
      </PlaceLink>
      {due > 0 && (
        <button
          type="button"
          class="outlined"
          data-testid="review-deck"
          aria-label={words.review(deck.name)}
          onClick={() => {
            places.open("study", reviewOf(deck.id));
          }}
        >
          {words.reviewShort}
        </button>
      )}
    </li>
  );
}
