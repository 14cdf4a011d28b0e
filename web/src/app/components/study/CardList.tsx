/** The cards of a deck: read, changed, deleted, written by hand. */
import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Flashcard } from "../../../lib/client/flashcards";
import type { Card, Deck } from "../../study/deck";
import { isDue } from "../../study/schedule";
import { span } from "../../study/span";
import { text } from "../../text";
import { Pencil, Plus, Trash } from "../icons";
import { CardEditor } from "./CardEditor";
import { useStudy } from "./context";

const words = text.study;

/** The id of a card that is not there yet. */
const NEW = "";

export function CardList({ deck }: { deck: Deck }): JSX.Element {
  const { decks } = useStudy();
  const [edited, setEdited] = useState<string | null>(null);
  const title = useId();
  const add = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setEdited(null);
  };
  useEffect(() => {
    // The field that had the focus went with its editor.
    if (edited === null && document.activeElement === document.body) add.current?.focus({ preventScroll: true });
  }, [edited]);
  return (
    <section class="study-section" aria-labelledby={title}>
      <h4 id={title}>{words.decks.cards(deck.cards.length)}</h4>
      <ul class="flashcards" data-testid="cards">
        {deck.cards.map((card) =>
          card.id === edited ? (
            <li key={card.id} class="flashcard">
              <CardEditor
                card={card}
                onClose={close}
                onSave={(sides) => {
                  decks.edit(deck.id, card.id, sides);
                }}
              />
            </li>
          ) : (
            <CardRow key={card.id} deck={deck} card={card} onEdit={setEdited} />
          ),
        )}
      </ul>
      <Removed deck={deck} />
      {edited === NEW ? (
        <CardEditor
          card={EMPTY}
          onClose={close}
          onSave={(sides) => {
            decks.add(deck.id, [sides]);
          }}
        />
      ) : (
        <button
          ref={add}
          type="button"
          class="quiet"
          data-testid="add-card"
          onClick={() => {
            setEdited(NEW);
          }}
        >
          <Plus />
          {words.deck.add}
        </button>
      )}
    </section>
  );
}

const EMPTY: Flashcard = { question: "", answer: "" };

function CardRow({ deck, card, onEdit }: { deck: Deck; card: Card; onEdit: (id: string) => void }): JSX.Element {
  const { decks } = useStudy();
  const { question, answer, id } = card;
  return (
    <li class="flashcard" data-testid="card">
      <div class="card-sides">
        <p class="card-question">{question}</p>
        <p class="card-answer">{answer}</p>
      </div>
      <When card={card} />
      <div class="card-actions">
        <button
          type="button"
          class="small-icon"
          data-testid="edit-card"
          aria-label={words.card.edit(question)}
          onClick={() => {
            onEdit(id);
          }}
        >
          <Pencil />
        </button>
        <button
          type="button"
          class="small-icon"
          data-testid="remove-card"
          aria-label={words.card.remove(question)}
          onClick={() => {
            decks.removeCard(deck.id, id);
          }}
        >
          <Trash />
        </button>
      </div>
    </li>
  );
}

function When({ card: { schedule } }: { card: Card }): JSX.Element {
  const now = useStudy().now();
  const when =
    schedule === null
      ? words.card.new
      : isDue(schedule, now)
        ? words.card.now
        : words.card.in(span(schedule.due - now));
  return <span class="card-when">{when}</span>;
}

/** The card that was deleted last, and the way back. */
function Removed({ deck }: { deck: Deck }): JSX.Element | null {
  const { decks } = useStudy();
  const back = useRef<HTMLButtonElement>(null);
  const removed = decks.removed.value;
  const here = removed?.deck === deck.id;
  useLayoutEffect(() => {
    // The button that deleted went with its card.
    if (here && document.activeElement === document.body) back.current?.focus();
  }, [removed]);
  useEffect(
    () => () => {
      // Whoever leaves the deck has accepted it.
      decks.acceptRemoval();
    },
    [],
  );
  if (!here) return null;
  return (
    <p class="card-removed" role="status" data-testid="card-removed">
      <span>{words.card.removed}</span>
      <button
        ref={back}
        type="button"
        class="link-button"
        data-testid="undo-card"
        onClick={() => {
          decks.undoRemoval();
        }}
      >
        {words.card.undo}
      </button>
    </p>
  );
}
