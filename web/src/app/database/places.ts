/** The lists in which a conversation stands, as keys of one index. */
import type { RecordCodec } from "./codec";
import { compareKeys, type Key, type KeyRange, within } from "./keys";
import type { ConversationRecord, Labels, Place } from "./records";

const FOLDER = "folder:";
const TAG = "tag:";

export function labelOf(place: Place): string {
  switch (place.kind) {
    case "all":
      return "";
    case "folder":
      return FOLDER + place.name;
    case "tag":
      return TAG + place.name;
  }
}

export async function placesOf(record: ConversationRecord, codec: RecordCodec): Promise<Key[]> {
  if (record.deletedAt !== null) return [];
  const places: Place[] = [
    { kind: "all" },
    ...(record.folder === null ? [] : [{ kind: "folder" as const, name: record.folder }]),
    ...record.tags.map((name) => ({ kind: "tag" as const, name })),
  ];
  return Promise.all(places.map((place) => placeKey(place, record, codec)));
}

export async function placeKey(place: Place, record: ConversationRecord, codec: RecordCodec): Promise<Key[]> {
  const label = await codec.key(labelOf(place));
  return [label, record.pinned ? 0 : 1, -record.changedAt, record.id];
}

export async function rangeOfPlace(place: Place, codec: RecordCodec): Promise<KeyRange> {
  return within(await codec.key(labelOf(place)));
}

/** Which folders and tags there are, by the heads of the index. */
export async function labelsOf(heads: readonly Key[], codec: RecordCodec): Promise<Labels> {
  const labels = await Promise.all(heads.map((head) => codec.text(String(head))));
  const beginning = (kind: string): string[] =>
    labels
      .filter((label) => label.startsWith(kind))
      .map((label) => label.slice(kind.length))
      // Sealed labels lie in an order of their own.
      .sort(compareKeys);
  return { folders: beginning(FOLDER), tags: beginning(TAG) };
}
