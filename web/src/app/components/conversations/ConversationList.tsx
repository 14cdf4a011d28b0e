/** All conversations: search, folders and tags, the list itself, and the way back from a deletion. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ConversationList as Store } from "../../conversations/list";
import { groupsOf } from "../../conversations/groups";
import { text } from "../../text";
import { useApp } from "../context";
import { Warning } from "../icons";
import { moveThroughRows } from "./keys";
import { PlaceChips } from "./PlaceChips";
import { Removed } from "./Removed";
import { Row } from "./Row";
import { Hits, SearchField } from "./Search";

export function ConversationList(): JSX.Element | null {
  const { keeping } = useApp();
  const store = keeping.list.value;
  return store === null ? null : <List store={store} />;
}

function List({ store }: { store: Store }): JSX.Element {
  const place = useRef<HTMLElement>(null);
  const searching = store.state.query.value.trim() !== "";
  return (
    <section
      ref={place}
      class="conversations"
      aria-label={text.list.label}
      data-testid="conversations"
      onKeyDown={(event) => {
        moveThroughRows(event, place.current);
      }}
    >
      <SearchField store={store} />
      <KeepingNotice />
      {searching ? (
        <Hits store={store} />
      ) : (
        <>
          <PlaceChips store={store} />
          <Groups store={store} />
        </>
      )}
      <Removed store={store} />
    </section>
  );
}

function Groups({ store }: { store: Store }): JSX.Element | null {
  const records = store.state.records.value;
  if (records === null) return null;
  if (records.length === 0) {
    const whole = store.state.place.value.kind === "all";
    return (
      <p class="conversations-empty" data-testid="conversations-empty">
        {whole ? text.list.empty : text.list.emptyPlace}
      </p>
    );
  }
  return (
    <div class="conversations-scroll" data-scroll>
      {groupsOf(records, Date.now()).map(({ name, records: members }) => (
        <section key={name} class="conversation-group" aria-label={text.list.groups[name]}>
          <h2>{text.list.groups[name]}</h2>
          <ul>
            {members.map((record) => (
              <Row key={record.id} record={record} store={store} />
            ))}
          </ul>
        </section>
      ))}
      {store.state.more.value && <More key={records.length} store={store} />}
    </div>
  );
}

/** Stands at the end of what is read: when it comes near, the next piece is read. */
function More({ store }: { store: Store }): JSX.Element {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (end.current === null) return;
    const root = end.current.closest("[data-scroll]");
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting === true) void store.grow();
      },
      { root, rootMargin: "600px" },
    );
    observer.observe(end.current);
    return () => {
      observer.disconnect();
    };
  }, [store]);
  return <div ref={end} class="conversations-more" />;
}

/** What a person must know of the keeping: where nothing is kept, or just now could not be. */
function KeepingNotice(): JSX.Element | null {
  const { lasting, trouble } = useApp().keeping.state;
  if (lasting.value !== false && !trouble.value) return null;
  return (
    <p class="keeping-notice" role="status" data-testid="keeping-notice">
      <Warning />
      <span>{trouble.value ? text.list.trouble : text.list.notLasting}</span>
    </p>
  );
}
