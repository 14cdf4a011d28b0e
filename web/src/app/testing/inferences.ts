/** Inferences for tests: short to write, complete in shape. */
import type { EngineEvent } from "../../protocol/wire";
import type { Inference } from "../metrics/inference";

export function inference(id: string, changes: Partial<Inference> = {}): Inference {
  return {
    id,
    at: 1_000,
    kind: "answer",
    model: "demo",
    mode: "client_side",
    engine: "wllama",
    outcome: "done",
    code: null,
    priority: "chat",
    measured: { prompt_tokens: 20, completion_tokens: 5, decode_tokens_per_s: 40 },
    ...changes,
  };
}

export function engineEvent(name: EngineEvent["name"], details: EngineEvent["details"] = {}, at = 1_000): EngineEvent {
  return { at, name, model: "demo", details };
}
