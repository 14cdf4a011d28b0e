/** Turns of conversations, for tests. */
import { emptyConversation, type Conversation } from "../stores/conversation";
import { newTurn, type Turn } from "../stores/turn";

export function turnOf(id: string, question: string, changes: Partial<Turn> = {}): Turn {
  return { ...newTurn({ id, parent: null, question, at: 1 }), ...changes };
}

/** The turn with this answer, at its end. */
export function answered(turn: Turn, text: string, endedAt = turn.askedAt + 1): Turn {
  const part = { kind: "text" as const, key: "k", text, open: false };
  return { ...turn, state: { kind: "done" }, parts: [part], endedAt };
}

/** A conversation with these turns, each behind the one before. */
export function conversationWith(id: string, turns: readonly Turn[]): Conversation {
  const chained = turns.map((turn, place) => ({ ...turn, parent: turns[place - 1]?.id ?? null }));
  return { ...emptyConversation(id), turns: chained, leaf: chained.at(-1)?.id ?? null };
}
