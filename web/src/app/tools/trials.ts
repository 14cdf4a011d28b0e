/** A tool that is tried by hand (pure): a turn without a question, written by the same events. */
import { emptyConversation, reduceConversation, type ConversationAction } from "../stores/conversation";
import type { Turn } from "../stores/turn";

type TrialAction = Extract<ConversationAction, { type: "approved" | "python" }>;

/** The trial after it; the same object where the message says nothing about it. */
export function reduceTrial(turn: Turn, action: TrialAction): Turn {
  const alone = { ...emptyConversation("trial"), turns: [turn], leaf: turn.id };
  return reduceConversation(alone, action).turns[0] ?? turn;
}
