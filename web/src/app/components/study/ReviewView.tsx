/** A review: one card at a time, its answer on demand, a grade, and the next one. By keyboard as by hand. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Card, Deck } from "../../study/deck";
import { nextDue, type Review } from "../../study/review";
import { type Grade, GRADES, waits } from "../../study/schedule";
import { span } from "../../study/span";
import { text } from "../../text";
import { PlaceLink } from "../PlaceLink";
import { ChevronLeft } from "../icons";
import { useStudy } from "./context";

const words = text.study.review;

export function ReviewView({ deck }: { deck: Deck }): JSX.Element | null {
  const study = useStudy();
  const review = study.review.value;
  useEffect(() => {
    // By an address, or the button in the list of decks: the review has not begun yet.
    if (study.review.peek()?.deck !== deck.id) study.startReview(deck.id);
    return () => {
      study.endReview();
    };
  }, [deck.id]);
  useKeys();
  if (review?.deck !== deck.id) return null;
  const card = deck.cards.find(({ id }) => id === review.queue[0]);
  return (
    <article class="review" data-testid="review" data-revealed={review.revealed}>
      <PlaceLink to="study" section={deck.id} class="back-link" testId="end-review">
        <ChevronLeft />
        {words.back}
      </PlaceLink>
      <header class="review-head">
        <h3>{words.title(deck.name)}</h3>
        <span class="muted" data-testid="review-left">
          {words.left(review.queue.length)}
        </span>
      </header>
      {card === undefined ? <Done deck={deck} review={review} /> : <Asked card={card} review={review} />}
    </article>
  );
}

function Asked({ card, review }: { card: Card; review: Review }): JSX.Element {
  const study = useStudy();
  return (
    <>
      <div class="review-card">
        <p class="review-side" data-testid="review-question">
          <span class="visually-hidden">{words.question}: </span>
          {card.question}
        </p>
        <p class="review-side review-answer" data-testid="review-answer" aria-live="polite">
          {review.revealed && (
            <>
              <span class="visually-hidden">{words.answer}: </span>
              {card.answer}
            </>
          )}
        </p>
      </div>
      {review.revealed ? (
        <Grades card={card} />
      ) : (
        <FocusedButton
          key={`${card.id} ${String(review.queue.length)}`}
          testId="reveal"
          label={words.show}
          onClick={() => {
            study.reveal();
          }}
        />
      )}
      <p class="muted review-keys">
        <span>{words.keys} </span>
        {review.last !== null && (
          <button
            type="button"
            class="link-button"
            data-testid="take-back"
            onClick={() => {
              study.takeBack();
            }}
          >
            {words.undo}
          </button>
        )}
      </p>
    </>
  );
}

function FocusedButton({ testId, label, onClick }: { testId: string; label: string; onClick: () => void }): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  // Before the next key, which may come sooner than the next paint.
  useLayoutEffect(() => {
    button.current?.focus();
  }, []);
  return (
    <button ref={button} type="button" class="primary review-reveal" data-testid={testId} onClick={onClick}>
      {label}
    </button>
  );
}

function Grades({ card }: { card: Card }): JSX.Element {
  const study = useStudy();
  const usual = useRef<HTMLButtonElement>(null);
  const next = waits(card.schedule, study.now());
  useLayoutEffect(() => {
    // Enter or Space gives the grade that is given most.
    usual.current?.focus();
  }, []);
  return (
    <div class="grades">
      {GRADES.map((grade, index) => {
        const wait = span(next[grade]);
        return (
          <button
            key={grade}
            ref={grade === "good" ? usual : undefined}
            type="button"
            class="grade"
            data-testid={`grade-${grade}`}
            aria-keyshortcuts={String(index + 1)}
            onClick={() => {
              study.grade(grade);
            }}
          >
            <span class="grade-name">{words.grades[grade]}</span>{" "}
            <span class="grade-wait">{words.inWait(wait)}</span>
          </button>
        );
      })}
    </div>
  );
}

function Done({ deck, review }: { deck: Deck; review: Review }): JSX.Element {
  const study = useStudy();
  const next = nextDue(deck);
  const given = Object.values(review.given).reduce((sum, count) => sum + count, 0);
  const line = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => {
    line.current?.focus();
  }, []);
  return (
    <div class="review-card" data-testid="review-done">
      <p class="review-side" ref={line} tabIndex={-1}>
        {words.done}
      </p>
      <p class="muted">
        {words.summary(given)} {next !== null && words.next(span(Math.max(0, next - study.now())))}
      </p>
      {review.last !== null && (
        <button
          type="button"
          class="link-button"
          data-testid="take-back"
          onClick={() => {
            study.takeBack();
          }}
        >
          {words.undo}
        </button>
      )}
    </div>
  );
}

/** The keys of a review, wherever the focus is; a button that has it keeps Enter and Space to itself. */
function useKeys(): void {
  const study = useStudy();
  useLayoutEffect(() => {
    const life = new AbortController();
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const grade: Grade | undefined = GRADES[Number(event.key) - 1];
      if (grade !== undefined) study.grade(grade);
      if (event.key.toLowerCase() === "u") study.takeBack();
      if (event.key === " " && !(event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement)) {
        event.preventDefault();
        study.reveal();
      }
    };
    document.addEventListener("keydown", pressed, { signal: life.signal });
    return () => {
      life.abort();
    };
  }, []);
}
