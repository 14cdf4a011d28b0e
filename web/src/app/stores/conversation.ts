/**
 * The conversation on the screen (pure): turns and notices, in order.
 *
 * A turn waits until Python and a model are there, runs alone, and ends once. What was typed is never lost:
 * a waiting turn keeps its place through every restart.
 */
import type { PythonMessage, WireError } from "../../protocol/wire";
import { applyEvent, continued, endTurn, isCut, failTurn, newTurn, RUNNING, type Turn } from "./turn";

/** A line between turns that says what changed. */
export interface Notice {
  kind: "notice";
  id: string;
  text: string;
}

export type Entry = Turn | Notice;

export interface Conversation {
  id: string;
  entries: readonly Entry[];
}

export type ConversationAction =
  /** As an earlier page was left, with an answer that goes on. */
  | { type: "restored"; conversation: Conversation }
  | { type: "asked"; id: string; question: string; at: number }
  | { type: "sent"; id: string }
  | { type: "stop_asked"; id: string; at: number }
  | { type: "removed"; id: string }
  | { type: "continued"; id: string }
  | { type: "noticed"; id: string; text: string }
  | { type: "python"; message: PythonMessage; at: number }
  | { type: "begun"; id: string };

export function emptyConversation(id: string): Conversation {
  return { id, entries: [] };
}

export function turnsOf(conversation: Conversation): readonly Turn[] {
  return conversation.entries.filter((entry) => entry.kind === "turn");
}

export function runningTurn(conversation: Conversation): Turn | null {
  return turnsOf(conversation).find((turn) => turn.state.kind === "running") ?? null;
}

/** The turn whose answer was cut and can go on: only the last one. */
export function cutTurn(conversation: Conversation): Turn | null {
  const last = turnsOf(conversation).at(-1);
  return last !== undefined && isCut(last) ? last : null;
}

/** The turn to send next: one that goes on after the page was left, else the first that waits, if none runs. */
export function nextTurn(conversation: Conversation): Turn | null {
  const running = runningTurn(conversation);
  if (running !== null) return running.resumes === "unsent" ? running : null;
  return turnsOf(conversation).find((turn) => turn.state.kind === "waiting") ?? null;
}

export function reduceConversation(conversation: Conversation, action: ConversationAction): Conversation {
  switch (action.type) {
    case "begun":
      return emptyConversation(action.id);
    case "restored":
      return { ...action.conversation, entries: action.conversation.entries.map(restored) };
    case "asked":
      return append(conversation, newTurn(action.id, action.question, action.at));
    case "sent":
      return update(conversation, action.id, sent);
    case "stop_asked":
      return update(conversation, action.id, (turn) => stopped(turn));
    case "continued":
      return update(conversation, action.id, continued);
    case "removed":
      return { ...conversation, entries: conversation.entries.filter((entry) => entry.id !== action.id) };
    case "noticed":
      return notice(conversation, { kind: "notice", id: action.id, text: action.text });
    case "python":
      return fromPython(conversation, action.message, action.at);
  }
}

function fromPython(conversation: Conversation, message: PythonMessage, at: number): Conversation {
  switch (message.type) {
    case "turn_event":
      return update(conversation, message.id, (turn) => applyEvent(turn, message, at));
    case "turn_ended":
      return update(conversation, message.id, (turn) => endTurn(turn, message, at));
    case "turn_failed":
      return update(conversation, message.id, (turn) => failTurn(turn, message.error, at));
    case "python_failed":
      return failRunning(conversation, message.error, at);
    case "booting":
    case "booted":
    case "approval_asked":
    case "approval_withdrawn":
    case "page_call":
    case "page_call_cancelled":
      return conversation;
  }
}

/** Python is gone: what ran failed, what waits goes on waiting. */
function failRunning(conversation: Conversation, error: WireError, at: number): Conversation {
  const running = runningTurn(conversation);
  if (running === null) return conversation;
  return update(conversation, running.id, (turn) => failTurn(turn, error, at));
}

function restored(entry: Entry): Entry {
  if (entry.kind !== "turn" || entry.state.kind !== "running") return entry;
  return { ...entry, state: RUNNING, resumes: "unsent" };
}

function sent(turn: Turn): Turn {
  return { ...turn, state: RUNNING, ...(turn.resumes === undefined ? {} : { resumes: "sent" }) };
}

function stopped(turn: Turn): Turn {
  switch (turn.state.kind) {
    case "running":
      // Nobody runs it yet.
      if (turn.resumes === "unsent") return { ...turn, state: { kind: "stopped" } };
      return { ...turn, state: { ...turn.state, stopping: true } };
    case "waiting":
      return { ...turn, state: { kind: "stopped" } };
    case "done":
    case "stopped":
    case "failed":
      return turn;
  }
}

function append(conversation: Conversation, entry: Entry): Conversation {
  return { ...conversation, entries: [...conversation.entries, entry] };
}

/** Notices stand before what waits, say nothing in an empty conversation, and are not repeated. */
function notice(conversation: Conversation, entry: Notice): Conversation {
  const waits = conversation.entries.findIndex(
    (other) => other.kind === "turn" && other.state.kind === "waiting",
  );
  const at = waits < 0 ? conversation.entries.length : waits;
  const before = conversation.entries[at - 1];
  if (before === undefined) return conversation;
  const kept = conversation.entries.slice(0, before.kind === "notice" ? at - 1 : at);
  return { ...conversation, entries: [...kept, entry, ...conversation.entries.slice(at)] };
}

function update(conversation: Conversation, id: string, change: (turn: Turn) => Turn): Conversation {
  return {
    ...conversation,
    entries: conversation.entries.map((entry) =>
      entry.kind === "turn" && entry.id === id ? change(entry) : entry,
    ),
  };
}
