/** Keys of the database and ranges of them, with the order that IndexedDB gives them. */

export type Key = string | number | readonly Key[];

/** All keys from `from` to `to`, both included. */
export interface KeyRange {
  from: Key;
  to: Key;
}

/** Behind every text that begins alike. */
const BEHIND = "\uffff";

export const exactly = (key: Key): KeyRange => ({ from: key, to: key });

export const beginningWith = (text: string): KeyRange => ({ from: text, to: text + BEHIND });

/** All array keys that begin with these parts: an empty array comes behind numbers and texts. */
export const within = (...parts: readonly Key[]): KeyRange => ({ from: parts, to: [...parts, []] });

/** What comes behind a key in an array-keyed range. */
export const behind = (key: readonly Key[], range: KeyRange): KeyRange => ({ from: [...key, ""], to: range.to });

/** As `indexedDB.cmp` for numbers, texts and arrays of them: in this order. */
export function compareKeys(one: Key, other: Key): number {
  const kinds = kindOf(one) - kindOf(other);
  if (kinds !== 0) return kinds;
  if (Array.isArray(one) && Array.isArray(other)) return compareLists(one as Key[], other as Key[]);
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

export const inRange = (key: Key, range: KeyRange): boolean =>
  compareKeys(range.from, key) <= 0 && compareKeys(key, range.to) <= 0;

function compareLists(one: readonly Key[], other: readonly Key[]): number {
  for (const [place, part] of one.entries()) {
    const against = other[place];
    if (against === undefined) return 1;
    const compared = compareKeys(part, against);
    if (compared !== 0) return compared;
  }
  return one.length - other.length;
}

function kindOf(key: Key): number {
  if (typeof key === "number") return 0;
  return typeof key === "string" ? 1 : 2;
}
