/** Folders and tags, to see the conversations of one of them alone. */
import type { JSX } from "preact";
import type { ConversationList } from "../../conversations/list";
import type { Place } from "../../database/records";
import { text } from "../../text";
import { Folder } from "./icons";

export function PlaceChips({ store }: { store: ConversationList }): JSX.Element | null {
  const { labels, place } = store.state;
  const places: Place[] = [
    ...labels.value.folders.map((name) => ({ kind: "folder" as const, name })),
    ...labels.value.tags.map((name) => ({ kind: "tag" as const, name })),
  ];
  if (places.length === 0) return null;
  return (
    <div class="place-chips" role="group" aria-label={text.list.places}>
      {[{ kind: "all" as const }, ...places].map((each) => (
        <Chip
          key={keyOf(each)}
          place={each}
          chosen={keyOf(each) === keyOf(place.value)}
          onChoose={() => {
            store.choose(each);
          }}
        />
      ))}
    </div>
  );
}

function Chip(props: { place: Place; chosen: boolean; onChoose: () => void }): JSX.Element {
  const { place, chosen, onChoose } = props;
  return (
    <button
      type="button"
      class="place-chip"
      aria-pressed={chosen}
      aria-label={labelOf(place)}
      data-testid={`place-${keyOf(place)}`}
      onClick={onChoose}
    >
      {place.kind === "folder" && <Folder />}
      <span>{place.kind === "all" ? text.list.all : place.kind === "tag" ? `#${place.name}` : place.name}</span>
    </button>
  );
}

const keyOf = (place: Place): string => (place.kind === "all" ? "all" : `${place.kind}-${place.name}`);

function labelOf(place: Place): string {
  switch (place.kind) {
    case "all":
      return text.list.all;
    case "folder":
      return text.list.folder(place.name);
    case "tag":
      return text.list.tag(place.name);
  }
}
