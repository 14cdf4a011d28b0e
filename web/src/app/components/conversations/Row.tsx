/** One conversation in the list: a link to it, and what can be done with it. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { ConversationList } from "../../conversations/list";
import type { ConversationRecord } from "../../database/records";
import { hashOf } from "../../places";
import { text } from "../../text";
import { useApp } from "../context";
import { RowActions, type Editing } from "./RowActions";
import { RowEditor } from "./RowEditor";
import { Dots, Pin } from "./icons";
import { Marked } from "./Search";

interface RowProps {
  record: ConversationRecord;
  store: ConversationList;
  /** What is searched for: its words are marked. */
  query?: string;
  children?: ComponentChildren;
}

export function Row({ record, store, query = "", children }: RowProps): JSX.Element {
  const editing = useSignal<Editing | null>(null);
  const row = useRef<HTMLLIElement>(null);
  const now = editing.value;
  const close = (): void => {
    editing.value = null;
  };
  const before = useRef<Editing | null>(null);
  useLayoutEffect(() => {
    // The field goes, and the focus with it: back to the conversation, as soon as its link is drawn again.
    if (before.current !== null && now === null) row.current?.querySelector<HTMLElement>("[data-row]")?.focus();
    before.current = now;
  }, [now]);
  useCurrentInView(record.id, row);
  return (
    <li
      ref={row}
      class="conversation-row"
      data-conversation={record.id}
      data-testid="conversation"
      data-open={now !== null}
      onKeyDown={(event) => {
        if (event.key === "Escape" && now !== null) {
          event.preventDefault();
          event.stopPropagation();
          close();
        }
        if (event.target instanceof HTMLInputElement) return;
        if (event.key === "F2") editing.value = "title";
        if (event.key === "Delete") void store.remove(record.id);
      }}
    >
      <div class="row-line">
        {now === "title" ? (
          <RowEditor what="title" record={record} store={store} onClose={close} />
        ) : (
          <RowLink record={record} query={query}>
            {children}
          </RowLink>
        )}
        <button
          type="button"
          class="row-more"
          data-testid="conversation-more"
          aria-label={text.list.more}
          title={text.list.more}
          aria-expanded={now !== null}
          onClick={() => {
            editing.value = now === null ? "actions" : null;
          }}
        >
          <Dots />
        </button>
      </div>
      {now === "actions" && <RowActions record={record} store={store} onEdit={(what) => (editing.value = what)} />}
      {(now === "folder" || now === "tags") && (
        <RowEditor what={now} record={record} store={store} onClose={close} />
      )}
    </li>
  );
}

function RowLink({ record, query = "", children }: Omit<RowProps, "store">): JSX.Element {
  const { places, state } = useApp();
  const { id, title, pinned, running, tags } = record;
  const shown = title === "" ? text.list.untitled : title;
  return (
    <a
      class="row-link"
      data-row
      href={hashOf({ kind: "conversation", id })}
      aria-current={state.conversation.value.id === id ? "true" : undefined}
      title={shown}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        places.show(id);
      }}
    >
      <span class="row-title" data-testid="conversation-title">
        {pinned && query !== "" && <Pin />}
        <span class="row-name">{query === "" ? shown : <Marked line={shown} query={query} />}</span>
        {running && <span class="row-running" role="img" aria-label={text.list.running} title={text.list.running} />}
      </span>
      {children}
      {tags.length > 0 && <span class="row-tags">{tags.map((tag) => `#${tag}`).join(" ")}</span>}
    </a>
  );
}

/** Whoever comes to a conversation from elsewhere finds it in the list. */
function useCurrentInView(id: string, row: { current: HTMLLIElement | null }): void {
  const { state } = useApp();
  const current = state.conversation.value.id === id;
  useEffect(() => {
    if (current) row.current?.scrollIntoView({ block: "nearest" });
  }, [current, row]);
}
