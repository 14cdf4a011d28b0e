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

/** What can be chosen in the place of a turn; null where there is nothing else. */
export interface Choices {
  /** The wordings of the question. */
  question: Choice | null;
  /** The answers to this wording. */
  answer: Choice | null;
}

const NOTHING_ELSE: Choices = { question: null, answer: null };

/** By turn: the choices in its place. The same object as long as no turn came or went. */
export function choicesOf({ turns }: Pick<Conversation, "turns">): ReadonlyMap<string, Choices> {
  if (!sameShape(known.turns, turns)) known = { turns, choices: choicesAmong(turns) };
  return known.choices;
}

/** Answers stream into turns sixty times a second: their places are looked through again only when they change. */
let known: { turns: readonly Turn[]; choices: ReadonlyMap<string, Choices> } = { turns: [], choices: new Map() };

function sameShape(before: readonly Turn[], after: readonly Turn[]): boolean {
  if (before === after) return true;
  return (
    before.length === after.length &&
    before.every((turn, index) => {
      const other = after[index];
      return turn.id === other?.id && turn.parent === other.parent && turn.question === other.question;
    })
  );
}

function choicesAmong(turns: readonly Turn[]): ReadonlyMap<string, Choices> {
  const places = new Map<string | null, Turn[]>();
  for (const turn of turns) {
    const place = places.get(turn.parent);
    if (place === undefined) places.set(turn.parent, [turn]);
    else place.push(turn);
  }
  const choices = new Map<string, Choices>();
  for (const siblings of places.values()) {
    const wordings = wordingsAmong(siblings);
    // Of another wording, the answer that was asked for last.
    const representatives = wordings.map((wording) => wording.at(-1)?.id ?? "");
    wordings.forEach((wording, at) => {
      const question = choiceAmong(representatives, at);
      const answers = wording.map(({ id }) => id);
      wording.forEach(({ id }, index) => {
        const answer = choiceAmong(answers, index);
        choices.set(id, question === null && answer === null ? NOTHING_ELSE : { question, answer });
      });
    });
  }
  return choices;
}

function choiceAmong(ids: readonly string[], index: number): Choice | null {
  if (ids.length < 2 || index < 0) return null;
  return { at: index + 1, of: ids.length, previous: ids[index - 1] ?? null, next: ids[index + 1] ?? null };
}

/** Siblings, those of one question together. */
function wordingsAmong(siblings: readonly Turn[]): readonly (readonly Turn[])[] {
  const wordings = new Map<string, Turn[]>();
  for (const turn of siblings) {
    const wording = JSON.stringify([turn.question, turn.attachments.map(({ id }) => id)]);
    const same = wordings.get(wording);
    if (same === undefined) wordings.set(wording, [turn]);
    else same.push(turn);
  }
  return [...wordings.values()];
}
