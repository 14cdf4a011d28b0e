/** The search: its field, and the conversations that it has found, with the words marked. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ConversationList } from "../../conversations/list";
import { marked } from "../../conversations/marks";
import { text } from "../../text";
import { Close } from "../icons";
import { Search } from "./icons";
import { Row } from "./Row";

export function SearchField({ store }: { store: ConversationList }): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const query = store.state.query.value;
  useEffect(() => {
    const life = new AbortController();
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        field.current?.focus();
        field.current?.select();
      },
      { signal: life.signal },
    );
    return () => {
      life.abort();
    };
  }, []);
  const clear = (): void => {
    store.search("");
    field.current?.focus();
  };
  return (
    <div class="conversation-search" role="search">
      <Search />
      <input
        ref={field}
        type="text"
        inputMode="search"
        enterkeyhint="search"
        autoComplete="off"
        spellcheck={false}
        data-testid="conversation-search"
        value={query}
        placeholder={text.list.search}
        aria-label={text.list.search}
        title={text.list.searchKeys}
        onInput={(event) => {
          store.search(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || query === "") return;
          // Only the search ends, not the answer that is being written.
          event.stopPropagation();
          event.preventDefault();
          clear();
        }}
      />
      {query !== "" && (
        <button type="button" aria-label={text.list.clear} data-testid="clear-search" onClick={clear}>
          <Close />
        </button>
      )}
    </div>
  );
}

export function Hits({ store }: { store: ConversationList }): JSX.Element | null {
  const found = store.state.found.value;
  if (found === null) return null;
  const { hits, more, searching } = found;
  // Not what is being typed: of that nothing is known yet.
  const query = found.query.trim();
  return (
    <div class="conversations-scroll">
      <p class="conversations-count" role="status" data-testid="hits" data-searching={searching}>
        {searching ? text.list.searching : hits.length === 0 ? text.list.noHits(query) : text.list.hits(hits.length)}
      </p>
      <ul>
        {hits.map(({ conversation, excerpt }) => (
          <Row key={conversation.id} record={conversation} store={store} query={query}>
            {excerpt !== null && <Excerpt excerpt={excerpt} query={query} />}
          </Row>
        ))}
      </ul>
      {more && !searching && hits.length > 0 && <p class="conversations-count">{text.list.someHits}</p>}
    </div>
  );
}

function Excerpt({ excerpt, query }: { excerpt: string; query: string }): JSX.Element {
  return (
    <span class="row-excerpt" data-testid="excerpt">
      <Marked line={excerpt} query={query} />
    </span>
  );
}

export function Marked({ line, query }: { line: string; query: string }): JSX.Element {
  return (
    <>
      {marked(line, query).map((piece, place) =>
        piece.marked ? <mark key={place}>{piece.text}</mark> : <span key={place}>{piece.text}</span>,
      )}
    </>
  );
}
