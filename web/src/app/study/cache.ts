/** What was made before: asked for the same again, a person gets the same cards at once (pure). */
import type { Sampling } from "./asking";
import type { Deck, Making, Source } from "./deck";

export interface Asked {
  source: Source;
  count: number;
  /** Id of the model. */
  model: string;
  sampling: Sampling;
}

/** Of all that is asked for beside the source itself: another count, model or setting makes other cards. */
export function keyOf({ count, model, sampling }: Omit<Asked, "source">): string {
  const settings = Object.entries(sampling).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([count, model, settings]);
}

/** The newest making of the same; what is deleted with its deck is not found any more. */
export function madeBefore(decks: Iterable<Deck>, asked: Asked): Making | null {
  const key = keyOf(asked);
  let newest: Making | null = null;
  for (const { source, makings } of decks) {
    if (source === null || !isSame(source, asked.source)) continue;
    for (const making of makings) {
      if (making.key === key && (newest === null || making.at > newest.at)) newest = making;
    }
  }
  return newest;
}

const isSame = (one: Source, other: Source): boolean => one.kind === other.kind && plain(one) === plain(other);

const plain = ({ text }: Source): string => text.normalize("NFC").trim();
