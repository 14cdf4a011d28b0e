/**
 * What becomes of a conversation that was changed here and in another tab (pure). A turn that only one side has
 * changed or added stays as that side has it; nothing that was typed or written goes.
 */
import type { Conversation, Notice } from "../stores/conversation";
import { isOver, type Turn } from "../stores/turn";
import { type Frame, frameOf, leafOf, parentsFirst } from "./shape";

/** A conversation as it was when this tab and the database last agreed. */
export interface Base {
  /** By id. */
  turns: ReadonlyMap<string, Turn>;
  leaf: string | null;
  frame: Frame;
}

/** `theirs` is what another tab has stored: turns that have not changed since `base` are the same objects in it. */
export function merged(mine: Conversation, base: Base, theirs: Conversation): Conversation {
  const stored = new Map(theirs.turns.map((turn) => [turn.id, turn]));
  const here = new Map(mine.turns.map((turn) => [turn.id, turn]));
  const turns = new Map<string, Turn>();
  for (const id of new Set([...here.keys(), ...stored.keys()])) {
    const turn = mergedTurn(here.get(id), base.turns.get(id), stored.get(id));
    if (turn !== undefined) turns.set(id, turn);
  }
  const all = parentsFirst([...turns.values()]);
  const leaf = mine.leaf === base.leaf ? theirs.leaf : mine.leaf;
  const notices = mergedNotices(mine.notices, theirs.notices, turns);
  return { ...mine, ...mergedFrame(mine, base.frame, theirs), turns: all, leaf: leafOf(leaf, all), notices };
}

/** Field by field: as this tab has it where it has changed it. */
function mergedFrame(mine: Conversation, base: Frame, theirs: Conversation): Frame {
  const known = Object.entries(base) as [string, unknown][];
  const changed = Object.entries(frameOf(mine)).filter(([name, value]) => {
    const before = known.find(([other]) => other === name)?.[1];
    return JSON.stringify(before) !== JSON.stringify(value);
  });
  return { ...frameOf(theirs), ...(Object.fromEntries(changed) as Partial<Frame>) };
}

/** Undefined: it was deleted, and the other side has not touched it since. */
function mergedTurn(mine: Turn | undefined, base: Turn | undefined, theirs: Turn | undefined): Turn | undefined {
  if (mine === theirs || mine === base) return theirs;
  if (theirs === base) return mine;
  if (mine === undefined || theirs === undefined) return mine ?? theirs;
  return further(mine, theirs);
}

/** Of one turn that both sides have written, the one that has come further. */
export function further(one: Turn, other: Turn): Turn {
  if (isOver(one) !== isOver(other)) return isOver(one) ? one : other;
  return lengthOf(other) > lengthOf(one) ? other : one;
}

function lengthOf({ parts, messages }: Turn): number {
  return parts.reduce(
    (sum, part) => sum + (part.kind === "tool" ? part.arguments.length + part.result.length : part.text.length),
    messages?.length ?? 0,
  );
}

function mergedNotices(
  mine: readonly Notice[],
  theirs: readonly Notice[],
  turns: ReadonlyMap<string, Turn>,
): readonly Notice[] {
  const byTurn = new Map(theirs.map((notice) => [notice.after, notice]));
  for (const notice of mine) byTurn.set(notice.after, notice);
  return [...byTurn.values()].filter(({ after }) => turns.has(after));
}
