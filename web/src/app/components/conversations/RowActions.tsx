/** What can be done with a conversation, in a line beneath it. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ConversationList } from "../../conversations/list";
import type { ConversationRecord } from "../../database/records";
import { text } from "../../text";
import { Pencil, Trash } from "../icons";
import { Folder, Pin, Tag } from "./icons";

/** What stands open at a row: its actions, or the field for one thing. */
export type Editing = "actions" | "title" | "folder" | "tags";

interface ActionsProps {
  record: ConversationRecord;
  store: ConversationList;
  onEdit: (what: Editing | null) => void;
}

export function RowActions({ record, store, onEdit }: ActionsProps): JSX.Element {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    line.current?.querySelector("button")?.focus({ preventScroll: true });
    line.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const title = record.title === "" ? text.list.untitled : record.title;
  return (
    <div ref={line} class="row-actions" role="group" aria-label={text.list.actions(title)}>
      <Act name="rename" label={text.list.rename} onAct={() => { onEdit("title"); }}>
        <Pencil />
      </Act>
      <Act
        name="pin"
        label={record.pinned ? text.list.unpin : text.list.pin}
        pressed={record.pinned}
        onAct={() => {
          store.pin(record.id, !record.pinned);
          onEdit(null);
        }}
      >
        <Pin />
      </Act>
      <Act name="folder" label={text.list.file} onAct={() => { onEdit("folder"); }}>
        <Folder />
      </Act>
      <Act name="tags" label={text.list.tags} onAct={() => { onEdit("tags"); }}>
        <Tag />
      </Act>
      <Act name="delete" label={text.list.remove} danger onAct={() => void store.remove(record.id)}>
        <Trash />
      </Act>
    </div>
  );
}

interface ActProps {
  name: string;
  label: string;
  danger?: boolean;
  pressed?: boolean;
  onAct: () => void;
  children: JSX.Element;
}

function Act({ name, label, danger = false, pressed = false, onAct, children }: ActProps): JSX.Element {
  return (
    <button
      type="button"
      class="row-action"
      data-danger={danger}
      data-pressed={pressed}
      data-testid={`conversation-${name}`}
      aria-label={label}
      title={label}
      onClick={onAct}
    >
      {children}
    </button>
  );
}
