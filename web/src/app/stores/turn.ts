/** One turn of a conversation: a question, and the parts of its answer as Amplifier's events bring them. */
import type {
  EngineIdentity,
  Figures,
  TurnEnded,
  TurnEvent,
  WireError,
} from "../../protocol/wire";
import { figuresOf, identityOf, isRecord, numberOf, textOf, type Payload } from "./payload";
import { toolEnds, toolFails, toolStarts } from "./turn-tools";

export type ToolState = "running" | "done" | "failed" | "abandoned";

export interface ThinkingPart {
  kind: "thinking";
  key: string;
  text: string;
  open: boolean;
  startedAt: number;
  endedAt: number | null;
}

export interface TextPart {
  kind: "text";
  key: string;
  text: string;
  open: boolean;
}

export interface ToolPart {
  kind: "tool";
  key: string;
  callId: string;
  name: string;
  arguments: string;
  result: string;
  state: ToolState;
}

export type Part = ThinkingPart | TextPart | ToolPart;

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
  const question = { role: "user", content: promptOf(turn) };
  if (answer !== "") return [question, { role: "assistant", content: answer }];
  return turn.resumes === undefined ? [] : [question];
}

/** The turn after an Amplifier event. Events that show nothing in the conversation leave it as it is. */
export function applyEvent(turn: Turn, event: TurnEvent, now: number): Turn {
  if (isOver(turn)) return turn;
  const payload: Payload = event.payload;
  switch (event.name) {
    case "llm:stream_block_start":
      return clearRetry(openBlock(turn, payload, now));
    case "llm:stream_block_delta":
      return writeBlock(turn, payload, now);
    case "llm:stream_block_end":
      return closeBlock(turn, payload, now);
    case "llm:stream_aborted":
      return closeOpenParts(turn, now);
    case "llm:response":
      return takeFigures(turn, payload);
    case "provider:retry":
      return showRetry(turn, payload);
    case "tool:pre":
      return toolStarts(turn, payload);
    case "tool:post":
      return toolEnds(turn, payload);
    case "tool:error":
      return toolFails(turn, payload);
    default:
      // Amplifier has more events than a conversation shows; the developer's console lists them all.
      return turn;
  }
}

/** The turn after its end. */
export function endTurn(turn: Turn, message: TurnEnded, now: number): Turn {
  const closed = closeOpenParts(turn, now);
  const parts =
    message.outcome === "completed" && message.text !== "" && !endsWithText(closed)
      ? [...closed.parts, { kind: "text" as const, key: "final", text: message.text, open: false }]
      : closed.parts;
  const state: TurnState = { kind: message.outcome === "completed" ? "done" : "stopped" };
  return { ...closed, parts, state, endedAt: now, messages: message.messages ?? null };
}

export function failTurn(
  turn: Turn,
  error: WireError,
  now: number,
  messages: readonly SessionMessage[] | null = null,
): Turn {
  return { ...closeOpenParts(turn, now), state: { kind: "failed", error }, endedAt: now, messages };
}

function endsWithText(turn: Turn): boolean {
  const last = turn.parts.at(-1);
  return last?.kind === "text" && last.text.trim() !== "";
}

function blockKey(payload: Payload): string {
  return `${textOf(payload, "request_id")}:${String(numberOf(payload, "block_index") ?? 0)}`;
}

/** What was cut comes again from its begin, in the part that is open: the tools before it stay. */
function withoutCutParts({ resumes, ...turn }: Turn): Turn {
  if (resumes === undefined) return turn;
  const tools = turn.parts.findLastIndex(({ kind }) => kind === "tool");
  return { ...turn, parts: turn.parts.slice(0, tools + 1) };
}

function openBlock(before: Turn, payload: Payload, now: number): Turn {
  const turn = withoutCutParts(before);
  const key = blockKey(payload);
  if (turn.parts.some((part) => part.key === key)) return turn;
  switch (textOf(payload, "block_type")) {
    case "text":
      return { ...turn, parts: [...turn.parts, { kind: "text", key, text: "", open: true }] };
    case "thinking":
      return {
        ...turn,
        parts: [
          ...turn.parts,
          { kind: "thinking", key, text: "", open: true, startedAt: now, endedAt: null },
        ],
      };
    default:
      // A tool call is shown when it runs: `tool:pre` has its arguments, the block has not.
      return turn;
  }
}

function writeBlock(turn: Turn, payload: Payload, now: number): Turn {
  const key = blockKey(payload);
  const opened = openBlock(turn, payload, now);
  const text = textOf(payload, "text");
  return {
    ...opened,
    parts: opened.parts.map((part) =>
      part.key === key && part.kind !== "tool" ? { ...part, text: part.text + text } : part,
    ),
  };
}

function closeBlock(turn: Turn, payload: Payload, now: number): Turn {
  const key = blockKey(payload);
  return { ...turn, parts: turn.parts.map((part) => (part.key === key ? closePart(part, now) : part)) };
}

function closePart(part: Part, now: number): Part {
  switch (part.kind) {
    case "text":
      return part.open ? { ...part, open: false } : part;
    case "thinking":
      return part.open ? { ...part, open: false, endedAt: now } : part;
    case "tool":
      return part;
  }
}

function closeOpenParts(turn: Turn, now: number): Turn {
  const parts = turn.parts.map((part) =>
    part.kind === "tool" && part.state === "running"
      ? { ...part, state: "abandoned" as const }
      : closePart(part, now),
  );
  return { ...turn, parts };
}

function takeFigures(turn: Turn, payload: Payload): Turn {
  const usage = isRecord(payload["usage"]) ? payload["usage"] : {};
  if (textOf(payload, "status", "ok") !== "ok") return turn;
  return {
    ...turn,
    figures: {
      model: textOf(payload, "model"),
      engine: identityOf(payload["engine"]),
      figures: figuresOf(payload["figures"]),
      outputTokens: numberOf(usage, "output_tokens"),
      finishReason: textOf(payload, "finish_reason"),
      degradation: degradationOf(payload["degradation"]),
      recovered: textsOf(payload["recovered"]),
    },
  };
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function degradationOf(value: unknown): Degradation | null {
  if (!isRecord(value)) return null;
  return {
    requested: textOf(value, "requested"),
    actual: textOf(value, "actual"),
    reason: textOf(value, "reason"),
  };
}

function showRetry(turn: Turn, payload: Payload): Turn {
  if (turn.state.kind !== "running") return turn;
  const retry = { attempt: numberOf(payload, "attempt") ?? 1, of: numberOf(payload, "max_retries") ?? 1 };
  return { ...turn, state: { ...turn.state, retry } };
}

function clearRetry(turn: Turn): Turn {
  if (turn.state.kind !== "running" || turn.state.retry === null) return turn;
  return { ...turn, state: { ...turn.state, retry: null } };
}

