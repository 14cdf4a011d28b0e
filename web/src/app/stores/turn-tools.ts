/**
 * The tool calls of a turn (pure), as Amplifier's `tool:*` and `approval:*` events bring them.
 *
 * A call that needs a person's consent is shown from the moment it asks; the same part then runs and ends.
 */
import type { ApprovalAsked, ApprovalChoice } from "../../protocol/wire";
import { display, isRecord, textOf, type Payload } from "./payload";
import type { Part, ToolPart, ToolState, Turn } from "./turn";

/** `approval:required`: the call waits for a person. It may have been announced by `tool:pre` already. */
export function toolAsks(turn: Turn, payload: Payload): Turn {
  const asking = partOf(turn, payload, "asking");
  const isIt = (part: Part): boolean => isCall(part, asking.callId) && part.state === "running";
  if (!turn.parts.some(isIt)) return { ...turn, parts: [...turn.parts, asking] };
  return changeLast(turn, isIt, (part) => ({ ...part, state: "asking" }));
}

/** `approval:granted`: the call runs from now on. */
export function toolGranted(turn: Turn, payload: Payload, now: number): Turn {
  const isIt = (part: Part): boolean => isCall(part, textOf(payload, "tool_call_id"));
  return changeLast(turn, isIt, (part) =>
    part.state === "abandoned" ? part : { ...part, state: "running", startedAt: now },
  );
}

/** The question came by which a person answers: it belongs to the call that has none yet. */
export function approvalAsked(turn: Turn, { approval, tool, arguments: given, question }: ApprovalAsked): Turn {
  const asks = (part: Part): boolean =>
    part.kind === "tool" && part.state === "asking" && part.name === tool && part.asked === undefined;
  const known = turn.parts.some(asks)
    ? turn
    : toolAsks(turn, { tool_name: tool, tool_call_id: `asked-${approval}`, tool_input: given });
  return changeLast(known, asks, (part) => ({ ...part, asked: { approval, question } }));
}

/** A person has answered; what Python makes of it follows. */
export function approvalAnswered(turn: Turn, approval: string, choice: ApprovalChoice): Turn {
  return changeLast(turn, asksFor(approval), (part) => ({
    ...part,
    choice,
    state: choice === "once" || choice === "conversation" ? "running" : "denied",
  }));
}

/** Nobody waits for the answer any more. */
export function approvalWithdrawn(turn: Turn, approval: string): Turn {
  return changeLast(turn, asksFor(approval), (part) => ({ ...part, state: "abandoned" }));
}

/** `approval:denied`: by a person just now, by what was said before, or because nobody has answered. */
export function toolDenied(turn: Turn, payload: Payload): Turn {
  const callId = textOf(payload, "tool_call_id");
  const isIt = (part: Part): boolean => isCall(part, callId);
  if (!turn.parts.some(isIt)) return { ...turn, parts: [...turn.parts, partOf(turn, payload, "denied")] };
  return changeLast(turn, isIt, (part) => (part.state === "abandoned" ? part : { ...part, state: "denied" }));
}

export function toolStarts(turn: Turn, payload: Payload, now: number): Turn {
  const started = { ...partOf(turn, payload, "running"), startedAt: now };
  // A question that reached the page without its call is met by the tool's name.
  const isIt = (part: Part): boolean =>
    part.kind === "tool" &&
    (part.state === "running" || part.state === "asking") &&
    (part.callId === started.callId || (part.callId.startsWith("asked-") && part.name === started.name));
  if (!turn.parts.some(isIt)) return { ...turn, parts: [...turn.parts, started] };
  return changeLast(turn, isIt, (part) => ({
    ...part,
    callId: started.callId,
    arguments: started.arguments,
    state: "running",
    startedAt: now,
  }));
}

export function toolEnds(turn: Turn, payload: Payload, now: number): Turn {
  const value = payload["result"] ?? payload["tool_response"];
  if (!isRecord(value)) return settleTool(turn, payload, { state: "done", result: display(value), endedAt: now });
  const failed = value["success"] === false;
  const shown = failed ? (value["error"] ?? value["output"]) : (value["output"] ?? value);
  const result = display(readableError(shown));
  return settleTool(turn, payload, { state: failed ? "failed" : "done", result, endedAt: now });
}

export function toolFails(turn: Turn, payload: Payload, now: number): Turn {
  const result = display(readableError(payload["error"]));
  return settleTool(turn, payload, { state: "failed", result, endedAt: now });
}

/** Nothing follows any more: what has not ended never will. */
export function abandoned(part: ToolPart): ToolPart {
  return part.state === "running" || part.state === "asking" ? { ...part, state: "abandoned" } : part;
}

/** Errors come as `{message, type}`: the message is what a person reads. */
function readableError(value: unknown): unknown {
  return isRecord(value) && typeof value["message"] === "string" ? value["message"] : value;
}

function partOf(turn: Turn, payload: Payload, state: ToolState): ToolPart {
  const callId = textOf(payload, "tool_call_id", `call-${String(turn.parts.length)}`);
  return {
    kind: "tool",
    key: `tool:${callId}`,
    callId,
    name: textOf(payload, "tool_name", "?"),
    arguments: display(payload["tool_input"]),
    result: "",
    state,
  };
}

const isCall = (part: Part, callId: string): part is ToolPart =>
  part.kind === "tool" && callId !== "" && part.callId === callId;

const asksFor =
  (approval: string) =>
  (part: Part): boolean =>
    part.kind === "tool" && part.state === "asking" && part.asked?.approval === approval;

function settleTool(turn: Turn, payload: Payload, end: Partial<ToolPart>): Turn {
  const callId = textOf(payload, "tool_call_id");
  const name = textOf(payload, "tool_name");
  const isIt = (part: Part): boolean =>
    part.kind === "tool" &&
    part.state === "running" &&
    (callId === "" ? part.name === name : part.callId === callId);
  return changeLast(turn, isIt, (part) => ({ ...part, ...end }));
}

/** The turn with the last part of that kind changed; the same turn where there is none. */
function changeLast(turn: Turn, isIt: (part: Part) => boolean, change: (part: ToolPart) => ToolPart): Turn {
  const index = turn.parts.findLastIndex(isIt);
  if (index < 0) return turn;
  return {
    ...turn,
    parts: turn.parts.map((part, at) => (at === index && part.kind === "tool" ? change(part) : part)),
  };
}
