/** A turn as Amplifier's events write it, and as it ends (pure). */
import type { TurnEnded, TurnEvent, WireError } from "../../protocol/wire";
import type { Part } from "./parts";
import { figuresOf, identityOf, isRecord, numberOf, textOf, type Payload } from "./payload";
import { saidOnce } from "./said-once";
import { endsWithText, isOver, type Degradation, type SessionMessage, type Turn, type TurnState } from "./turn";
import { abandoned, toolAsks, toolDenied, toolEnds, toolFails, toolGranted, toolStarts } from "./turn-tools";

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
    case "approval:required":
      return toolAsks(turn, payload);
    case "approval:granted":
      return toolGranted(turn, payload, now);
    case "approval:denied":
      return toolDenied(turn, payload);
    case "tool:pre":
      return toolStarts(turn, payload, now);
    case "tool:post":
      return toolEnds(turn, payload, now);
    case "tool:error":
      return toolFails(turn, payload, now);
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
  return saidOnce({ ...closed, parts, state, endedAt: now, messages: message.messages ?? null });
}

export function failTurn(
  turn: Turn,
  error: WireError,
  now: number,
  messages: readonly SessionMessage[] | null = null,
): Turn {
  return saidOnce({ ...closeOpenParts(turn, now), state: { kind: "failed", error }, endedAt: now, messages });
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
    part.kind === "tool" ? abandoned(part) : closePart(part, now),
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

