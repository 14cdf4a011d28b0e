/**
 * The tree of a conversation's turns (pure): a turn follows its parent, and turns of one parent are siblings. What
 * stands on the screen is the branch that ends at the conversation's leaf.
 */
import type { Conversation, Notice } from "./conversation";
import type { Turn } from "./turn";

export type Entry = Turn | Notice;

// One conversation is looked at many times before it changes.
const branches = new WeakMap<Conversation, readonly Turn[]>();

/** The turns on the screen, from the first question to the leaf. */
export function branchOf(conversation: Conversation): readonly Turn[] {
  const known = branches.get(conversation);
  if (known !== undefined) return known;
  const branch = pathTo(conversation, conversation.leaf);
  branches.set(conversation, branch);
  return branch;
}

/** The turns from the first to this one; none for null or for a turn that is not there. */
export function pathTo({ turns }: Pick<Conversation, "turns">, id: string | null): readonly Turn[] {
  const byId = new Map(turns.map((turn) => [turn.id, turn]));
  const path: Turn[] = [];
  let at = id === null ? undefined : byId.get(id);
  while (at !== undefined) {
    path.push(at);
    // What comes from a file may lead in a circle.
    byId.delete(at.id);
    at = at.parent === null ? undefined : byId.get(at.parent);
  }
  return path.reverse();
}

/** The branch with the notices that stand in it. */
export function entriesOf(conversation: Conversation): readonly Entry[] {
  return branchOf(conversation).flatMap((turn): Entry[] => [
    turn,
    ...conversation.notices.filter(({ after }) => after === turn.id),
  ]);
}

/** A turn and all that follows it, on every branch. */
export function subtreeOf({ turns }: Pick<Conversation, "turns">, id: string): ReadonlySet<string> {
  const found = new Set([id]);
  // A turn stands behind its parent.
  for (const turn of turns) if (turn.parent !== null && found.has(turn.parent)) found.add(turn.id);
  return found;
}

/** Where the branch through this turn ended last: the newest turn behind it. */
export function newestLeaf(conversation: Pick<Conversation, "turns">, id: string): string {
  const behind = subtreeOf(conversation, id);
  return conversation.turns.findLast((turn) => behind.has(turn.id))?.id ?? id;
}

/** The choices at one place of a branch: which one is shown, counted from 1, and what stands before and after it. */
export interface Choice {
  at: number;
  of: number;
  previous: string | null;
  next: string | null;
}

/** The wordings of a question. Null where there is one alone. */
export function questionChoice(conversation: Conversation, turn: Turn): Choice | null {
  const wordings = wordingsAt(conversation, turn.parent);
  const at = wordings.findIndex((wording) => wording.some(({ id }) => id === turn.id));
  // Of another wording, the answer that was asked for last.
  const representatives = wordings.map((wording) => wording.at(-1)?.id ?? "");
  return choiceAmong(representatives, at);
}

/** The answers to one wording of a question. Null where there is one alone. */
export function answerChoice(conversation: Conversation, turn: Turn): Choice | null {
  const wording = wordingsAt(conversation, turn.parent).find((each) => each.some(({ id }) => id === turn.id));
  const ids = wording?.map(({ id }) => id) ?? [];
  return choiceAmong(ids, ids.indexOf(turn.id));
}

function choiceAmong(ids: readonly string[], index: number): Choice | null {
  if (ids.length < 2 || index < 0) return null;
  return { at: index + 1, of: ids.length, previous: ids[index - 1] ?? null, next: ids[index + 1] ?? null };
}

/** The siblings at a place, those of one question together. */
function wordingsAt({ turns }: Conversation, parent: string | null): readonly (readonly Turn[])[] {
  const wordings = new Map<string, Turn[]>();
  for (const turn of turns) {
    if (turn.parent !== parent) continue;
    const wording = JSON.stringify([turn.question, turn.attachments.map(({ id }) => id)]);
    const same = wordings.get(wording);
    if (same === undefined) wordings.set(wording, [turn]);
    else same.push(turn);
  }
  return [...wordings.values()];
}
