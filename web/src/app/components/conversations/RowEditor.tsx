/** The field for the title, the folder or the tags of a conversation: Enter stores, Escape leaves it as it was. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { ConversationList } from "../../conversations/list";
import type { ConversationRecord } from "../../database/records";
import { text } from "../../text";
import { Check } from "../icons";

type What = "title" | "folder" | "tags";

interface EditorProps {
  what: What;
  record: ConversationRecord;
  store: ConversationList;
  onClose: () => void;
}

export function RowEditor({ what, record, store, onClose }: EditorProps): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  // Before the next key: whoever types goes on in it.
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const known = `known-${what}`;
  const options = what === "folder" ? store.state.labels.value.folders : [];
  return (
    <form
      class="row-editor"
      onSubmit={(event) => {
        event.preventDefault();
        keep(store, record, what, field.current?.value ?? "");
        onClose();
      }}
    >
      <input
        ref={field}
        type="text"
        data-testid={`conversation-${what}-field`}
        defaultValue={valueOf(record, what)}
        placeholder={labelOf(what)}
        aria-label={labelOf(what)}
        autoComplete="off"
        maxLength={200}
        list={options.length > 0 ? known : undefined}
      />
      <button type="submit" aria-label={text.list.save} title={text.list.save}>
        <Check />
      </button>
      {options.length > 0 && (
        <datalist id={known}>
          {options.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      )}
    </form>
  );
}

function keep(store: ConversationList, { id }: ConversationRecord, what: What, value: string): void {
  switch (what) {
    case "title":
      store.rename(id, value);
      return;
    case "folder":
      store.file(id, value);
      return;
    case "tags":
      store.tag(id, value.split(","));
  }
}

function valueOf({ title, folder, tags }: ConversationRecord, what: What): string {
  switch (what) {
    case "title":
      return title;
    case "folder":
      return folder ?? "";
    case "tags":
      return tags.join(", ");
  }
}

function labelOf(what: What): string {
  switch (what) {
    case "title":
      return text.list.renameLabel;
    case "folder":
      return text.list.fileLabel;
    case "tags":
      return text.list.tagLabel;
  }
}
