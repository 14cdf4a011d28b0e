/** How far the making of a deck's cards is, or how it went. */
import type { ComponentChildren, JSX } from "preact";
import { daysAgo } from "../../format";
import type { Deck } from "../../study/deck";
import type { Outcome } from "../../study/making";
import { text } from "../../text";
import { useApp } from "../context";
import { ErrorCard } from "../ErrorCard";
import { useStudy } from "./context";

const words = text.study.making;

export function MakingLine({ deck }: { deck: Deck }): JSX.Element | null {
  const { making } = useStudy();
  const progress = making.progress.value;
  if (progress?.deck === deck.id) {
    const { done, wanted } = progress;
    return (
      <div class="making" data-testid="making" aria-busy="true">
        <div class="making-line">
          <span>{words.running(done, wanted)}</span>
          <button
            type="button"
            class="quiet"
            data-testid="stop-cards"
            onClick={() => {
              making.stop();
            }}
          >
            {words.stop}
          </button>
        </div>
        <progress max={wanted} value={done} aria-label={words.running(done, wanted)} />
        <p class="muted">{words.writing}</p>
      </div>
    );
  }
  const outcome = making.outcomeOf(deck.id);
  return outcome === null ? null : <Ended deck={deck} outcome={outcome} />;
}

function Ended({ deck, outcome }: { deck: Deck; outcome: Outcome }): JSX.Element | null {
  const { making, now } = useStudy();
  switch (outcome.kind) {
    case "made": {
      const { done, wanted, missed, pieces } = outcome;
      const said = [
        ...(missed > 0 ? [words.missed(done, wanted)] : []),
        ...(pieces.all > 1 ? [words.pieces(pieces.used, pieces.all)] : []),
      ];
      return said.length === 0 ? null : (
        <Note deck={deck} said={said}>
          {missed > 0 && <Rest deck={deck} count={missed} />}
        </Note>
      );
    }
    case "stopped":
      return (
        <Note deck={deck} said={[words.stopped(outcome.done, outcome.wanted)]}>
          <Rest deck={deck} count={outcome.wanted - outcome.done} />
        </Note>
      );
    case "again":
      return (
        <Note deck={deck} said={[words.again(daysAgo(outcome.at, now()))]}>
          <button
            type="button"
            class="outlined"
            data-testid="renew-cards"
            onClick={() => {
              making.renew(deck.id);
            }}
          >
            {words.renew}
          </button>
        </Note>
      );
    case "failed":
      return (
        <ErrorCard error={outcome.error}>
          <Rest deck={deck} count={outcome.wanted - outcome.done} />
        </ErrorCard>
      );
  }
}

function Note({ deck, said, children }: { deck: Deck; said: readonly string[]; children: ComponentChildren }): JSX.Element {
  const { making } = useStudy();
  return (
    <div class="making" data-testid="making-note" role="status">
      {said.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <div class="making-actions">
        {children}
        <button
          type="button"
          class="quiet"
          data-testid="dismiss-note"
          onClick={() => {
            making.dismiss(deck.id);
          }}
        >
          {words.dismiss}
        </button>
      </div>
    </div>
  );
}

/** Goes on with the cards that are missing. */
function Rest({ deck, count }: { deck: Deck; count: number }): JSX.Element {
  const { state } = useApp();
  const { making } = useStudy();
  return (
    <button
      type="button"
      class="outlined"
      data-testid="make-rest"
      disabled={making.progress.value !== null || state.engine.value.kind !== "ready"}
      onClick={() => {
        making.more(deck.id, count);
      }}
    >
      {words.rest(count)}
    </button>
  );
}
