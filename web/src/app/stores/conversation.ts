/**
 * A conversation (pure): a tree of turns, the branch of it on the screen, and the notices between them.
 *
 * A turn waits until Python and a model are there, runs alone, and ends once. What was typed is never lost:
 * a waiting turn keeps its place through every restart, and another wording or answer stands beside the first.
 */
import type { ApprovalChoice, ErrorCode, PythonMessage, WireError } from "../../protocol/wire";
import { branchOf, newestLeaf } from "./branches";
import { putBack, removed, type Removed } from "./removal";
import { continued, isCut, newTurn, RUNNING, type Attached, type Turn } from "./turn";
import { applyEvent, endTurn, failTurn } from "./turn-events";
import { approvalAnswered, approvalAsked, approvalWithdrawn } from "./turn-tools";

/** What a line between two turns says; its words are the catalogue's. */
export type Noticed =
  | { type: "new_model"; model: string }
  | { type: "python_restarted" }
  | { type: "engine_lost"; code: ErrorCode }
  | { type: "behind_failed"; model: string; message: string };

/** A line behind a turn that says what changed. */
export interface Notice {
  kind: "notice";
  id: string;
  /** The turn that it stands behind. */
  after: string;
  what: Noticed;
}

export interface Conversation {
  id: string;
  /** All turns of every branch, in the order of asking: each one behind its parent. */
  turns: readonly Turn[];
  /** Where the branch on the screen ends; null where nothing was asked. */
  leaf: string | null;
  notices: readonly Notice[];
  /** The system text of this conversation; null: the application's own. */
  instruction: string | null;
  /** Not to be stored: the next deletion, and leaving the conversation, end it. */
  removed: Removed | null;
}

export interface Asked {
  id: string;
  question: string;
  attachments?: readonly Attached[];
  /** The turn that it follows; the leaf where it is not said. */
  parent?: string | null;
  at: number;
}

export type ConversationAction =
  /** As it was left or stored; an answer that ran then goes on. */
  | { type: "restored"; conversation: Conversation }
  | ({ type: "asked" } & Asked)
  | { type: "sent"; id: string }
  | { type: "stop_asked"; id: string; at: number }
  /** A waiting turn was taken back; what waits behind it moves up. */
  | { type: "withdrawn"; id: string }
  /** Show the branch through this turn. */
  | { type: "switched"; id: string }
  /** A turn and what follows it; `id` null: everything. */
  | { type: "removed"; id: string | null }
  | { type: "instructed"; instruction: string | null }
  | { type: "put_back" }
  | { type: "let_go" }
  | { type: "continued"; id: string }
  | { type: "noticed"; id: string; what: Noticed }
  /** A person's answer to a tool that asked. */
  | { type: "approved"; approval: string; choice: ApprovalChoice }
  | { type: "python"; message: PythonMessage; at: number };

export function emptyConversation(id: string): Conversation {
  return { id, turns: [], leaf: null, notices: [], instruction: null, removed: null };
}

/** The turn that runs, on whatever branch. */
export function runningTurn(conversation: Conversation): Turn | null {
  return conversation.turns.find((turn) => turn.state.kind === "running") ?? null;
}

/** Whether a turn runs or waits, on whatever branch. */
export function isBusy(conversation: Conversation): boolean {
  return conversation.turns.some(({ state }) => state.kind === "running" || state.kind === "waiting");
}

/** The turn whose answer was cut and can go on: only the last one of the branch. */
export function cutTurn(conversation: Conversation): Turn | null {
  const last = branchOf(conversation).at(-1);
  return last !== undefined && isCut(last) ? last : null;
}

/** The turn to send next: one that goes on after the page was left, else the first that waits, if none runs. */
export function nextTurn(conversation: Conversation): Turn | null {
  const running = runningTurn(conversation);
  if (running !== null) return running.resumes === "unsent" ? running : null;
  return conversation.turns.find((turn) => turn.state.kind === "waiting") ?? null;
}

export function reduceConversation(conversation: Conversation, action: ConversationAction): Conversation {
  switch (action.type) {
    case "restored":
      return { ...action.conversation, turns: action.conversation.turns.map(restored), removed: null };
    case "asked": {
      const parent = action.parent === undefined ? conversation.leaf : action.parent;
      const turn = newTurn({ ...action, parent });
      return { ...conversation, turns: [...conversation.turns, turn], leaf: turn.id, removed: null };
    }
    case "sent":
      return update(conversation, action.id, sent);
    case "stop_asked":
      return update(conversation, action.id, (turn) => stopped(turn, action.at));
    case "continued":
      return update(conversation, action.id, continued);
    case "withdrawn":
      return withdrawn(conversation, action.id);
    case "switched":
      return { ...conversation, leaf: newestLeaf(conversation, action.id) };
    case "removed":
      return removed(conversation, action.id);
    case "instructed":
      return { ...conversation, instruction: action.instruction };
    case "put_back":
      return putBack(conversation);
    case "let_go":
      return conversation.removed === null ? conversation : { ...conversation, removed: null };
    case "noticed":
      return notice(conversation, action.id, action.what);
    case "approved":
      return updateAll(conversation, (turn) => approvalAnswered(turn, action.approval, action.choice));
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
      return update(conversation, message.id, (turn) => failTurn(turn, message.error, at, message.messages));
    case "python_failed":
      return failRunning(conversation, message.error, at);
    case "approval_asked":
      return update(conversation, message.id, (turn) => approvalAsked(turn, message));
    case "approval_withdrawn":
      return updateAll(conversation, (turn) => approvalWithdrawn(turn, message.approval));
    case "booting":
    case "booted":
    case "page_call":
    case "page_call_cancelled":
    case "inspected":
    case "wire_seen":
      return conversation;
  }
}

/** Python is gone: what ran failed, what waits goes on waiting. */
function failRunning(conversation: Conversation, error: WireError, at: number): Conversation {
  const running = runningTurn(conversation);
  if (running === null) return conversation;
  return update(conversation, running.id, (turn) => failTurn(turn, error, at));
}

function restored(turn: Turn): Turn {
  if (turn.state.kind !== "running") return turn;
  // Whoever asked is gone; the answer that goes on asks again.
  const parts = turn.parts.filter((part) => part.kind !== "tool" || part.state !== "asking");
  return { ...turn, parts, state: RUNNING, resumes: "unsent" };
}

function sent(turn: Turn): Turn {
  return { ...turn, state: RUNNING, ...(turn.resumes === undefined ? {} : { resumes: "sent" }) };
}

function stopped(turn: Turn, at: number): Turn {
  switch (turn.state.kind) {
    case "running":
      // Nobody runs it yet.
      if (turn.resumes === "unsent") return { ...turn, state: { kind: "stopped" }, endedAt: at };
      return { ...turn, state: { ...turn.state, stopping: true } };
    case "waiting":
      return { ...turn, state: { kind: "stopped" }, endedAt: at };
    case "done":
    case "stopped":
    case "failed":
      return turn;
  }
}

function withdrawn(conversation: Conversation, id: string): Conversation {
  const taken = conversation.turns.find((turn) => turn.id === id);
  if (taken === undefined) return conversation;
  return {
    ...conversation,
    turns: conversation.turns
      .filter((turn) => turn.id !== id)
      .map((turn) => (turn.parent === id ? { ...turn, parent: taken.parent } : turn)),
    leaf: conversation.leaf === id ? taken.parent : conversation.leaf,
  };
}

/** Notices stand before what waits, say nothing in an empty conversation, and are not repeated. */
function notice(conversation: Conversation, id: string, what: Noticed): Conversation {
  const after = branchOf(conversation).findLast(({ state }) => state.kind !== "waiting")?.id;
  if (after === undefined) return conversation;
  const kept = conversation.notices.filter((other) => other.after !== after);
  return { ...conversation, notices: [...kept, { kind: "notice", id, after, what }] };
}

function update(conversation: Conversation, id: string, change: (turn: Turn) => Turn): Conversation {
  const turns = changed(conversation.turns, id, change);
  if (turns !== null) return { ...conversation, turns };
  // What was deleted while it ran is brought back as it ended.
  const gone = conversation.removed === null ? null : changed(conversation.removed.turns, id, change);
  if (gone === null || conversation.removed === null) return conversation;
  return { ...conversation, removed: { ...conversation.removed, turns: gone } };
}

/** For what does not say which turn it means: only that turn is another object afterwards. */
function updateAll(conversation: Conversation, change: (turn: Turn) => Turn): Conversation {
  return conversation.turns.reduce(
    (whole, turn) => (change(turn) === turn ? whole : update(whole, turn.id, change)),
    conversation,
  );
}

/** Null where nothing is changed. */
function changed(turns: readonly Turn[], id: string, change: (turn: Turn) => Turn): readonly Turn[] | null {
  const index = turns.findLastIndex((turn) => turn.id === id);
  const turn = turns[index];
  if (turn === undefined) return null;
  const after = change(turn);
  return after === turn ? null : turns.with(index, after);
}
