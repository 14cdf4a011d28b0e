/** One thing that an engine has done, in figures (pure): an answer, a load, a recovery. No text of any message. */
import type { EngineKind, ErrorCode, Priority } from "../../protocol/wire";
import type { InferenceRecord } from "../database/records";
import type { Mode } from "../settings/choices";
import { isRecord, numberOf, textOf } from "../stores/payload";

export const KINDS = ["answer", "load", "recovery"] as const;
export type Kind = (typeof KINDS)[number];

export const OUTCOMES = ["done", "length", "stopped", "failed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What is measured; milliseconds, tokens, tokens per second, megabytes. */
export const MEASURES = [
  "prompt_tokens",
  "completion_tokens",
  "reused_tokens",
  "time_to_first_token_ms",
  "duration_ms",
  "wait_ms",
  "prefill_tokens_per_s",
  "decode_tokens_per_s",
  "load_ms",
  "recovery_ms",
  "memory_mb",
] as const;
export type Measure = (typeof MEASURES)[number];
export type Measured = Partial<Record<Measure, number>>;

export interface Inference {
  /** The request's own: the same in every tab that hears of it. */
  id: string;
  /** When it ended, in milliseconds since 1970. */
  at: number;
  kind: Kind;
  model: string;
  /** How its conversation is answered: in the browser, by a server, or by both. */
  mode: Mode;
  /** Null: nothing answered. */
  engine: EngineKind | null;
  outcome: Outcome;
  /** Why it failed; why the engine was lost. */
  code: ErrorCode | null;
  priority: Priority;
  measured: Measured;
}

/** As the database keeps it. */
export function recordOf({ id, at, model, ...details }: Inference): InferenceRecord {
  return { id, at, model, details: { ...details } };
}

/** What was stored, by whatever version of this page; null where it is none. */
export function inferenceOf({ id, at, model, details }: InferenceRecord): Inference | null {
  const kind = KINDS.find((each) => each === details["kind"]);
  const outcome = OUTCOMES.find((each) => each === details["outcome"]);
  if (kind === undefined || outcome === undefined) return null;
  const code = textOf(details, "code");
  return {
    id,
    at,
    kind,
    model,
    mode: modeOf(details["mode"]),
    engine: engineOf(details["engine"]),
    outcome,
    code: code === "" ? null : (code as ErrorCode),
    priority: priorityOf(details["priority"]),
    measured: measuredIn(details["measured"]),
  };
}

/** The measures in a record of whatever shape; what is no number was not measured. */
export function measuredIn(value: unknown): Measured {
  if (!isRecord(value)) return {};
  const measured: Measured = {};
  for (const name of MEASURES) {
    const number = numberOf(value, name);
    if (number !== null) measured[name] = number;
  }
  return measured;
}

export function engineOf(value: unknown): EngineKind | null {
  const kinds: readonly EngineKind[] = ["webllm", "wllama", "server", "scripted"];
  return kinds.find((each) => each === value) ?? null;
}

export function priorityOf(value: unknown): Priority {
  const priorities: readonly Priority[] = ["chat", "side", "batch"];
  return priorities.find((each) => each === value) ?? "chat";
}

export function modeOf(value: unknown): Mode {
  const modes: readonly Mode[] = ["client_side", "server_side", "hybrid"];
  return modes.find((each) => each === value) ?? "client_side";
}
