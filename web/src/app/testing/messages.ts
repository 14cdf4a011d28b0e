import { PROTOCOL } from "../../protocol/wire";
/** Messages of the Python worker as it sends them, for tests: short to write, complete in shape. */
import type { LoadedModel, ModelRecord, PythonMessage, TurnEvent, WireError } from "../../protocol/wire";

export const DEMO = "webllm-demo-1-q0f32";

export const LOADED: LoadedModel = {
  id: DEMO,
  context_window: 2048,
  dialect: "default",
  quantization: "q0f32",
  engine: { kind: "webllm", version: "0.2.86", device: "webgpu", adapter: "google swiftshader" },
  capabilities: {
    constraint: "structural_tag",
    native_tools: false,
    json_schema: true,
    logprobs: false,
    images: false,
  },
};

export const DIED: WireError = { code: "worker_died", message: "The engine's worker has died." };

export const BOOTED: PythonMessage = {
  type: "booted",
  protocol: PROTOCOL,
  versions: { python: "3.14.2", pyodide: "314.0.7", amplifier_core: "2.0.2", webllm_provider: "0.1.0" },
  boot_ms: 2600,
};

export function event(id: string, name: string, payload: Record<string, unknown> = {}): TurnEvent {
  return { type: "turn_event", id, name, payload };
}

/** A block of a stream: its start, its deltas, its end. */
export function block(
  id: string,
  type: "text" | "thinking" | "tool_use",
  deltas: readonly string[],
  { request = "r1", index = 0 }: { request?: string; index?: number } = {},
): TurnEvent[] {
  const base = { request_id: request, block_index: index, block_type: type };
  return [
    event(id, "llm:stream_block_start", base),
    ...deltas.map((text, sequence) => event(id, "llm:stream_block_delta", { ...base, sequence, text })),
    event(id, "llm:stream_block_end", base),
  ];
}

export function response(id: string, extra: Record<string, unknown> = {}): TurnEvent {
  return event(id, "llm:response", {
    status: "ok",
    model: DEMO,
    finish_reason: "stop",
    usage: { input_tokens: 80, output_tokens: 33 },
    engine: LOADED.engine,
    figures: {
      time_to_first_token_ms: 420,
      duration_ms: 5200,
      prefill_tokens_per_s: 200,
      decode_tokens_per_s: 6.4,
      prefilled_tokens: 80,
    },
    ...extra,
  });
}

export function toolCall(id: string, call: string, name: string, input: unknown, result: unknown): TurnEvent[] {
  return [
    event(id, "tool:pre", { tool_call_id: call, tool_name: name, tool_input: input }),
    event(id, "tool:post", { tool_call_id: call, tool_name: name, tool_input: input, result }),
  ];
}

export function ended(id: string, text = "", outcome: "completed" | "cancelled" = "completed"): PythonMessage {
  return { type: "turn_ended", id, outcome, text };
}

export function record(id: string, changes: Partial<ModelRecord> = {}): ModelRecord {
  return {
    id,
    name: id,
    devices: ["webgpu"],
    download_bytes: 700_000_000,
    memory_mb: 1100,
    context_window: 4096,
    quantization: "q4f32_1",
    required_features: [],
    low_resource: true,
    embedded: false,
    ...changes,
  };
}
