/** The tool calls of a turn, as Amplifier's `tool:*` events bring them (pure). */
import { display, isRecord, textOf, type Payload } from "./payload";
import type { ToolPart, ToolState, Turn } from "./turn";

export function toolStarts(turn: Turn, payload: Payload): Turn {
  const callId = textOf(payload, "tool_call_id", `call-${String(turn.parts.length)}`);
  const part: ToolPart = {
    kind: "tool",
    key: `tool:${callId}`,
    callId,
    name: textOf(payload, "tool_name", "?"),
    arguments: display(payload["tool_input"]),
    result: "",
    state: "running",
  };
  return { ...turn, parts: [...turn.parts, part] };
}

export function toolEnds(turn: Turn, payload: Payload): Turn {
  const value = payload["result"] ?? payload["tool_response"];
  if (!isRecord(value)) return settleTool(turn, payload, "done", display(value));
  const failed = value["success"] === false;
  const shown = failed ? (value["error"] ?? value["output"]) : (value["output"] ?? value);
  return settleTool(turn, payload, failed ? "failed" : "done", display(readableError(shown)));
}

export function toolFails(turn: Turn, payload: Payload): Turn {
  return settleTool(turn, payload, "failed", display(readableError(payload["error"])));
}

/** Errors come as `{message, type}`: the message is what a person reads. */
function readableError(value: unknown): unknown {
  return isRecord(value) && typeof value["message"] === "string" ? value["message"] : value;
}

function settleTool(turn: Turn, payload: Payload, state: ToolState, result: string): Turn {
  const callId = textOf(payload, "tool_call_id");
  const name = textOf(payload, "tool_name");
  const index = turn.parts.findLastIndex(
    (part) =>
      part.kind === "tool" &&
      part.state === "running" &&
      (callId === "" ? part.name === name : part.callId === callId),
  );
  if (index < 0) return turn;
  return {
    ...turn,
    parts: turn.parts.map((part, at) =>
      at === index && part.kind === "tool" ? { ...part, state, result } : part,
    ),
  };
}
