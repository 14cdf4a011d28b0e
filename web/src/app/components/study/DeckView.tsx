/** One deck: what it is made of, its cards, and what can be done with it. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { LONGEST_NAME, type Deck } from "../../study/deck";
import { dueIn, nextDue } from "../../study/review";
import { span } from "../../study/span";
import { text } from "../../text";
import { useApp } from "../context";
import { ChevronLeft, Pencil } from "../icons";
import { Confirm } from "../models/Confirm";
import { PlaceLink } from "../PlaceLink";
import { useArrival } from "../use-arrival";
import { CardList } from "./CardList";
import { useStudy } from "./context";
import { CountField } from "./CountField";
import { ExportButtons } from "./ExportButtons";
import { MakingLine } from "./MakingLine";
import { reviewOf } from "./review-address";

const words = text.study.deck;

export function DeckView({ deck }: { deck: Deck }): JSX.Element {
  return (
    <article class="deck" data-testid="deck-view">
      <PlaceLink to="study" class="back-link" testId="all-decks">
        <ChevronLeft />
        {text.study.decks.back}
      </PlaceLink>
      <Title deck={deck} />
      <MakingLine deck={deck} />
      <Start deck={deck} />
      <CardList deck={deck} />
      <More deck={deck} />
      <ExportButtons deck={deck} />
      <Remove deck={deck} />
    </article>
  );
}

function Title({ deck }: { deck: Deck }): JSX.Element {
  const [editing, setEditing] = useState(false);
  const heading = useArrival();
  return (
    <header class="deck-head">
      {editing ? (
        <NameField
          deck={deck}
          onClose={() => {
            setEditing(false);
          }}
        />
      ) : (
        <div class="deck-title">
          <h3 ref={heading} tabIndex={-1}>
            {deck.name}
          </h3>
          <button
            type="button"
            class="small-icon"
            data-testid="rename-deck"
            aria-label={words.rename}
            title={words.rename}
            onClick={() => {
              setEditing(true);
            }}
          >
            <Pencil />
          </button>
        </div>
      )}
      {deck.source?.kind === "text" && (
        <p class="deck-source">
          <span class="visually-hidden">{words.ofText}</span>
          {deck.source.text}
        </p>
      )}
    </header>
  );
}

function NameField({ deck, onClose }: { deck: Deck; onClose: () => void }): JSX.Element {
  const { decks } = useStudy();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const keep = (): void => {
    decks.rename(deck.id, field.current?.value ?? "");
    onClose();
  };
  return (
    <form
      class="deck-title"
      onSubmit={(event) => {
        event.preventDefault();
        keep();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        // Only the field is closed, not the place around it.
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      <input
        ref={field}
        type="text"
        class="deck-name-field"
        data-testid="deck-name"
        aria-label={words.name}
        maxLength={LONGEST_NAME}
        defaultValue={deck.name}
      />
      <button type="submit" class="outlined">
        {text.study.card.save}
      </button>
    </form>
  );
}

function Start({ deck }: { deck: Deck }): JSX.Element | null {
  const { places } = useApp();
  const study = useStudy();
  if (deck.cards.length === 0) return null;
  const due = dueIn(deck, study.now()).length;
  const next = nextDue(deck);
  const start = (all: boolean): void => {
    study.startReview(deck.id, { all });
    places.open("study", reviewOf(deck.id));
  };
  return (
    <div class="deck-start">
      {due > 0 ? (
        <button
          type="button"
          class="primary"
          data-testid="start-review"
          onClick={() => {
            start(false);
          }}
        >
          {words.review(due)}
        </button>
      ) : (
        <>
          {next !== null && <p class="muted">{words.nothingDue(span(next - study.now()))}</p>}
          <button
            type="button"
            class="outlined"
            data-testid="review-all"
            onClick={() => {
              start(true);
            }}
          >
            {words.reviewAll}
          </button>
        </>
      )}
    </div>
  );
}

function More({ deck }: { deck: Deck }): JSX.Element | null {
  const { state } = useApp();
  const { making } = useStudy();
  const [count, setCount] = useState(5);
  if (deck.source === null) return null;
  const hindered = making.progress.value !== null || state.engine.value.kind !== "ready";
  return (
    <form
      class="deck-more"
      onSubmit={(event) => {
        event.preventDefault();
        if (!hindered) making.more(deck.id, count);
      }}
    >
      <CountField label={words.moreCount} testId="more-count" value={count} onChange={setCount} />
      <button type="submit" class="outlined" data-testid="more-cards" disabled={hindered}>
        {words.more}
      </button>
    </form>
  );
}

function Remove({ deck }: { deck: Deck }): JSX.Element {
  const { places } = useApp();
  const { decks } = useStudy();
  const [sure, setSure] = useState(false);
  if (sure) {
    return (
      <Confirm
        testId="remove-deck-question"
        danger
        sentences={[words.removeSure(deck.cards.length)]}
        confirm={words.removeYes}
        back={words.removeNo}
        onConfirm={() => {
          places.open("study");
          decks.remove(deck.id);
        }}
        onBack={() => {
          setSure(false);
        }}
      />
    );
  }
  return (
    <p>
      <button
        type="button"
        class="quiet"
        data-testid="remove-deck"
        onClick={() => {
          setSure(true);
        }}
      >
        {words.remove}
      </button>
    </p>
  );
}
