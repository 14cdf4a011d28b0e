/** What is known of the Python worker: one state, moved on by its messages. */
import type { BootStage, PythonMessage, Versions, WireError } from "../../protocol/wire";

export type PythonState =
  | { kind: "booting"; stage: BootStage; fraction: number; detail: string }
  | { kind: "ready"; versions: Versions; bootMs: number }
  | { kind: "failed"; error: WireError };

export const PYTHON_STARTS: PythonState = { kind: "booting", stage: "interpreter", fraction: 0, detail: "" };

/** The state after a message; the same object where the message says nothing about it. */
export function reducePython(state: PythonState, message: PythonMessage): PythonState {
  switch (message.type) {
    case "booting":
      // A message that was under way when Python died does not bring it back.
      if (state.kind === "failed") return state;
      return { kind: "booting", stage: message.stage, fraction: message.fraction, detail: message.text };
    case "booted":
      return { kind: "ready", versions: message.versions, bootMs: message.boot_ms };
    case "python_failed":
      return { kind: "failed", error: message.error };
    case "turn_event":
    case "turn_ended":
    case "turn_failed":
    case "approval_asked":
    case "approval_withdrawn":
    case "page_call":
    case "page_call_cancelled":
    case "inspected":
    case "wire_seen":
      return state;
  }
}
