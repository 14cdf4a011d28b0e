/** What is known of the Python worker: one state, moved on by its messages. */
import type { Booting, BootStage, PythonMessage, Versions, WireError } from "../../protocol/wire";

export type PythonState =
  | { kind: "booting"; stage: BootStage; fraction: number; detail: string; download: BootDownload | null }
  | { kind: "ready"; versions: Versions; bootMs: number }
  | { kind: "failed"; error: WireError };

/** How much of what a first start downloads is here. */
export interface BootDownload {
  loaded_bytes: number;
  /** Null where the page does not know it; the rest where there is nothing to measure yet. */
  total_bytes: number | null;
  bytes_per_s: number | null;
  remaining_s: number | null;
}

export const PYTHON_STARTS: PythonState = {
  kind: "booting",
  stage: "interpreter",
  fraction: 0,
  detail: "",
  download: null,
};

/** The state after a message; the same object where the message says nothing about it. */
export function reducePython(state: PythonState, message: PythonMessage): PythonState {
  switch (message.type) {
    case "booting":
      // A message that was under way when Python died does not bring it back.
      if (state.kind === "failed") return state;
      return {
        kind: "booting",
        stage: message.stage,
        fraction: message.fraction,
        detail: message.text,
        download: downloadIn(message),
      };
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

function downloadIn(message: Booting): BootDownload | null {
  const { loaded_bytes = null, total_bytes = null, bytes_per_s = null, remaining_s = null } = message;
  return loaded_bytes === null ? null : { loaded_bytes, total_bytes, bytes_per_s, remaining_s };
}
