/** How a conversation of the page becomes records, and records a conversation (pure). */
import type { ConversationRecord, TurnRecord } from "../database/records";
import { wordsOf } from "../database/words";
import { emptyConversation, isBusy, type Conversation } from "../stores/conversation";
import { answerText, isOver, type Turn } from "../stores/turn";

const TITLE_LENGTH = 80;

/** A conversation without its turns: what is said of it as a whole. */
export type Frame = Omit<Conversation, "id" | "turns" | "leaf" | "removed">;

/** What the page stores of a conversation beside what lists need; others keep theirs beside it. */
interface Stored {
  frame?: Frame;
}

export function newRecord(id: string, now: number): ConversationRecord {
  return {
    id,
    revision: 0,
    title: "",
    named: false,
    createdAt: now,
    changedAt: now,
    pinned: false,
    folder: null,
    tags: [],
    leaf: null,
    running: false,
    deletedAt: null,
    details: {},
  };
}

/** The record as the page's conversation makes it; what a person decides in the list stays as it is. */
export function recordOf(
  conversation: Conversation,
  before: ConversationRecord,
  draft = "",
): ConversationRecord {
  const { turns, leaf } = conversation;
  const [first] = turns;
  return {
    ...before,
    title: before.named ? before.title : first === undefined ? shortened(draft) : titleOf(first),
    createdAt: first === undefined ? before.createdAt : Math.min(before.createdAt, first.askedAt),
    changedAt: turns.reduce((latest, turn) => Math.max(latest, turn.endedAt ?? turn.askedAt), before.createdAt),
    leaf,
    running: isBusy(conversation),
    details: { ...before.details, frame: frameOf(conversation) } satisfies Stored & ConversationRecord["details"],
  };
}

/** The first line of the first question, or what was attached to it. */
export function titleOf({ question, attachments }: Pick<Turn, "question" | "attachments">): string {
  return shortened(question) || shortened(attachments[0]?.name ?? "");
}

export function shortened(text: string): string {
  const line = (text.trim().split("\n", 1)[0] ?? "").replaceAll(/\s+/gu, " ").trim();
  if (line.length <= TITLE_LENGTH) return line;
  const cut = line.slice(0, TITLE_LENGTH);
  const space = cut.lastIndexOf(" ");
  return `${(space > TITLE_LENGTH / 2 ? cut.slice(0, space) : cut).trimEnd()}…`;
}

/** `turn` without what lies in blobs; `revision` is the one that was read. */
export function turnRecordOf(turn: Turn, conversation: string, revision: number): TurnRecord {
  const files = turn.attachments.map((file) => (file.kind === "text" ? `${file.name} ${file.text}` : file.name));
  // An answer that grows would be put into the index again each second.
  const said = [turn.question, ...(isOver(turn) ? [answerText(turn)] : [])].join("\n");
  return {
    id: turn.id,
    conversation,
    revision,
    askedAt: turn.askedAt,
    words: wordsOf([said, ...files].join("\n")),
    excerpt: said,
    turn,
  };
}

export function conversationOf(record: ConversationRecord, turns: readonly Turn[]): Conversation {
  const { frame } = record.details as Stored;
  const { id, leaf } = record;
  return { ...emptyConversation(id), ...frame, turns: parentsFirst(turns), leaf: leafOf(leaf, turns) };
}

export function frameOf({ notices, instruction }: Conversation): Frame {
  return { notices, instruction };
}

/** Whether there is anything in it that a person would miss. */
export function isWorthKeeping(conversation: Conversation, draft: string): boolean {
  const { turns, removed } = conversation;
  if (turns.length > 0 || removed !== null || draft.trim() !== "") return true;
  return JSON.stringify(frameOf(conversation)) !== JSON.stringify(frameOf(emptyConversation(conversation.id)));
}

/** Whether nobody has named or sorted it. */
export function isBare({ named, pinned, folder, tags }: ConversationRecord): boolean {
  return !named && !pinned && folder === null && tags.length === 0;
}

/** In the order of asking, each behind its parent: two of one millisecond may be stored the other way round. */
export function parentsFirst(turns: readonly Turn[]): readonly Turn[] {
  const known = new Set(turns.map(({ id }) => id));
  const placed = new Set<string>();
  const ordered: Turn[] = [];
  let waiting = [...turns].sort((one, other) => one.askedAt - other.askedAt);
  while (waiting.length > 0) {
    const later = waiting.filter((turn) => {
      const ready = turn.parent === null || placed.has(turn.parent) || !known.has(turn.parent);
      if (!ready) return true;
      placed.add(turn.id);
      ordered.push(turn);
      return false;
    });
    // A circle, which only a damaged record can have: shown as it is.
    if (later.length === waiting.length) return [...ordered, ...later];
    waiting = later;
  }
  return ordered;
}

/** A leaf that is there: the stored one, else the newest turn. */
export function leafOf(leaf: string | null, turns: readonly Turn[]): string | null {
  if (leaf !== null && turns.some(({ id }) => id === leaf)) return leaf;
  return turns.at(-1)?.id ?? null;
}

/** Whether two records say the same but for their revision. */
export function sameRecord(one: ConversationRecord, other: ConversationRecord): boolean {
  return JSON.stringify({ ...one, revision: 0 }) === JSON.stringify({ ...other, revision: 0 });
}
