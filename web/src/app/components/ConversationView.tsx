/** The conversation, which keeps its end in sight while it grows, unless the reader has scrolled away. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { choicesOf, entriesOf } from "../stores/branches";
import { text } from "../text";
import { fetchMarkdown } from "./AnswerText";
import { useApp } from "./context";
import { EmptyState } from "./EmptyState";
import { ArrowDown } from "./icons";
import { TurnList } from "./TurnList";

const NEAR_END_PX = 96;

function distanceToEnd(): number {
  const root = document.documentElement;
  return root.scrollHeight - window.innerHeight - window.scrollY;
}

function scrollToEnd(): void {
  window.scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
}

export function ConversationView(): JSX.Element {
  const { state } = useApp();
  const conversation = state.conversation.value;
  const entries = entriesOf(conversation);
  const choices = choicesOf(conversation);
  const away = useSignal(false);
  const turns = useRef(0);

  useEffect(() => {
    const life = new AbortController();
    const look = (): void => {
      away.value = distanceToEnd() > NEAR_END_PX;
    };
    window.addEventListener("scroll", look, { passive: true, signal: life.signal });
    return () => {
      life.abort();
    };
  }, [away]);

  useEffect(() => {
    void fetchMarkdown();
  }, []);

  useLayoutEffect(() => {
    const asked = entries.length > turns.current;
    const emptied = entries.length === 0 && turns.current > 0;
    turns.current = entries.length;
    // What is told before the first question begins at its beginning.
    if (emptied) window.scrollTo({ top: 0, behavior: "instant" });
    // A new question always brings its place into view; growing text only for a reader at the end.
    if (entries.length > 0 && (asked || !away.peek())) scrollToEnd();
  }, [conversation, entries.length, away]);

  return (
    <section class="conversation" data-testid="messages" aria-label={text.conversation.label}>
      {entries.length === 0 && <EmptyState />}
      <TurnList
        key={conversation.id}
        entries={entries}
        choices={choices}
        onDrawn={() => {
          if (!away.peek()) scrollToEnd();
        }}
      />
      {away.value && entries.length > 0 && (
        <button
          type="button"
          class="to-latest"
          aria-label={text.conversation.toLatestLabel}
          onClick={scrollToEnd}
        >
          <ArrowDown />
          <span>{text.conversation.toLatest}</span>
        </button>
      )}
    </section>
  );
}
