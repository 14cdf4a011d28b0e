/** Records of conversations, for tests: short to write, complete in shape. */
import type { ConversationRecord, TurnRecord } from "../database/records";
import { wordsOf } from "../database/words";

export function conversationRecord(id: string, changes: Partial<ConversationRecord> = {}): ConversationRecord {
  return {
    id,
    revision: 0,
    title: `Title of ${id}`,
    named: false,
    createdAt: 1,
    changedAt: 1,
    pinned: false,
    folder: null,
    tags: [],
    leaf: null,
    running: false,
    deletedAt: null,
    details: {},
    ...changes,
  };
}

export function turnRecord(conversation: string, id: string, text: string, askedAt = 1): TurnRecord {
  return { id, conversation, revision: 0, askedAt, words: wordsOf(text), excerpt: text, turn: { text } };
}
