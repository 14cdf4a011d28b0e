/** Deletion from a conversation, and the way back (pure). */
import { newestLeaf, subtreeOf } from "./branches";
import type { Conversation, Notice } from "./conversation";
import type { Turn } from "./turn";

/** What was deleted last and can still be brought back. */
export interface Removed {
  turns: readonly Turn[];
  notices: readonly Notice[];
  leaf: string | null;
  /** All turns as they stood: what is brought back returns to its place. */
  order: readonly string[];
}

/** Take a turn away with all that follows it; `id` null: everything. */
export function removed(conversation: Conversation, id: string | null): Conversation {
  const gone = id === null ? new Set(conversation.turns.map((turn) => turn.id)) : subtreeOf(conversation, id);
  const [turns, kept] = parted(conversation.turns, (turn) => gone.has(turn.id));
  const [notices, keptNotices] = parted(conversation.notices, ({ after }) => gone.has(after));
  if (turns.length === 0) return conversation;
  const { leaf } = conversation;
  return {
    ...conversation,
    turns: kept,
    notices: keptNotices,
    leaf: leaf !== null && gone.has(leaf) ? leafBeside(kept, turns[0]?.parent ?? null) : leaf,
    removed: { turns, notices, leaf, order: conversation.turns.map((turn) => turn.id) },
  };
}

/** The branch beside one that was removed, else the one that ends where it began. */
function leafBeside(turns: readonly Turn[], parent: string | null): string | null {
  const sibling = turns.findLast((turn) => turn.parent === parent);
  return sibling === undefined ? parent : newestLeaf({ turns }, sibling.id);
}

/** Bring back what was deleted last. */
export function putBack(conversation: Conversation): Conversation {
  const { removed: gone } = conversation;
  if (gone === null) return conversation;
  const places = new Map(gone.order.map((id, index) => [id, index]));
  // What was asked since stands behind.
  const placeOf = ({ id }: Turn): number => places.get(id) ?? gone.order.length;
  const turns = [...gone.turns, ...conversation.turns].sort((one, other) => placeOf(one) - placeOf(other));
  const notices = [...conversation.notices, ...gone.notices];
  return { ...conversation, turns, notices, leaf: gone.leaf, removed: null };
}

function parted<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}
