/** One turn of a conversation (pure): a question, and its answer as far as it has come. */
import type { EngineIdentity, Figures, TurnEnded, WireError } from "../../protocol/wire";
import type { Part } from "./parts";

export type { Part, TextPart, ThinkingPart, ToolPart, ToolState } from "./parts";

export type TurnState =
  | { kind: "waiting" }
  | { kind: "running"; stopping: boolean; retry: { attempt: number; of: number } | null }
  | { kind: "done" }
  | { kind: "stopped" }
  | { kind: "failed"; error: WireError };

/** What the engine measured of the last request of a turn. */
export interface AnswerFigures {
  model: string;
  engine: EngineIdentity | null;
  figures: Figures | null;
  outputTokens: number | null;
  finishReason: string;
  /** What was asked of the engine and not done as asked. */
  degradation: Degradation | null;
  /** Why the engine was lost under this answer, each time that it came back and went on. */
  recovered: readonly string[];
}

export interface Degradation {
  requested: string;
  actual: string;
  reason: string;
}

/** A message of a session's history, as Amplifier stores it. */
export type SessionMessage = NonNullable<TurnEnded["messages"]>[number];

/** What stands beside a question: a text file that is read with it, or an image. */
export type Attached =
  | { kind: "text"; id: string; name: string; text: string }
  | { kind: "image"; id: string; name: string; media_type: string; /** Base64. */ data: string };

export interface Turn {
  kind: "turn";
  id: string;
  /** The turn that this one follows; null at the beginning. */
  parent: string | null;
  question: string;
  attachments: readonly Attached[];
  /** Wall clock, in ms. */
  askedAt: number;
  endedAt: number | null;
  state: TurnState;
  parts: readonly Part[];
  /** Set on an answer that was cut and is to go on: until Python is asked to go on, and until it does. */
  resumes?: "unsent" | "sent";
  figures: AnswerFigures | null;
  /** What the turn added to the session's history, as Python told it; null where it did not. */
  messages: readonly SessionMessage[] | null;
}

export function newTurn(asked: {
  id: string;
  parent: string | null;
  question: string;
  attachments?: readonly Attached[];
  at: number;
}): Turn {
  return {
    kind: "turn",
    id: asked.id,
    parent: asked.parent,
    question: asked.question,
    attachments: asked.attachments ?? [],
    askedAt: asked.at,
    endedAt: null,
    state: { kind: "waiting" },
    parts: [],
    figures: null,
    messages: null,
  };
}

export const RUNNING: TurnState = { kind: "running", stopping: false, retry: null };

export function isOver(turn: Turn): boolean {
  return turn.state.kind === "done" || turn.state.kind === "stopped" || turn.state.kind === "failed";
}

// Where going on behind the text would only meet the same end.
const FINAL: readonly WireError["code"][] = ["context_exceeded", "content_filtered", "invalid_request", "unsupported"];

/** Whether an answer was cut behind some text: stopped, failed, or ended at its length. */
export function isCut(turn: Turn): boolean {
  if (!endsWithText(turn)) return false;
  switch (turn.state.kind) {
    case "waiting":
    case "running":
      return false;
    case "stopped":
      return true;
    case "failed":
      return !FINAL.includes(turn.state.error.code);
    case "done":
      return turn.figures?.finishReason === "length";
  }
}

/** The turn as it goes on behind what it has, as soon as Python is asked to. */
export function continued(turn: Turn): Turn {
  return { ...turn, state: RUNNING, resumes: "unsent", endedAt: null, figures: null };
}

/** The visible answer, without thinking and tools: what "copy answer" copies. */
export function answerText(turn: Turn): string {
  return turn.parts
    .flatMap((part) => (part.kind === "text" ? [part.text] : []))
    .join("\n\n")
    .trim();
}

/** The question as the model reads it: attached files first, each under its name, then what was typed. */
export function promptOf({ attachments, question }: Pick<Turn, "attachments" | "question">): string {
  const files = attachments.flatMap((each) => (each.kind === "text" ? [fenced(each.name, each.text)] : []));
  return [...files, question].filter((part) => part !== "").join("\n\n");
}

function fenced(name: string, content: string): string {
  const longest = Math.max(2, ...Array.from(content.matchAll(/`{3,}/g), ([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const end = content.endsWith("\n") ? "" : "\n";
  return `File: ${name}\n${fence}\n${content}${end}${fence}`;
}

/** What a turn adds to the history: as Python told it, else the question and what is there of the answer. */
export function saidIn(turn: Turn): readonly SessionMessage[] {
  if (turn.messages !== null) return turn.messages;
  const answer = answerText(turn);
  if (answer === "") return [];
  return [
    { role: "user", content: promptOf(turn) },
    { role: "assistant", content: answer },
  ];
}

export function endsWithText(turn: Turn): boolean {
  const last = turn.parts.at(-1);
  return last?.kind === "text" && last.text.trim() !== "";
}
