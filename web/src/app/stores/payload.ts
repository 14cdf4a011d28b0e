/** Reading Amplifier event payloads: untrusted JSON, so every field is looked at before it is used. */
import type { EngineIdentity, Figures } from "../../protocol/wire";

export type Payload = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Payload {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The field as text, or `otherwise`. */
export function textOf(payload: Payload, key: string, otherwise = ""): string {
  const value = payload[key];
  return typeof value === "string" ? value : otherwise;
}

/** The field as a number, or null. */
export function numberOf(payload: Payload, key: string): number | null {
  const value = payload[key];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

const ONE_LINE = 88;

/** Anything as text for a person: strings as they are, the rest as JSON, on one line where it fits. */
export function display(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  const indented = JSON.stringify(value, null, 2);
  // Line breaks inside of strings are escaped in JSON: those that are there come from the indentation.
  const oneLine = indented.replaceAll(/\n\s*/g, " ");
  return oneLine.length <= ONE_LINE ? oneLine : indented;
}

export function identityOf(value: unknown): EngineIdentity | null {
  if (!isRecord(value)) return null;
  const { kind, device } = value;
  if (kind !== "webllm" && kind !== "wllama" && kind !== "server" && kind !== "scripted") return null;
  if (device !== "webgpu" && device !== "cpu" && device !== "none") return null;
  const adapter = value["adapter"];
  return {
    kind,
    device,
    version: textOf(value, "version"),
    adapter: typeof adapter === "string" ? adapter : null,
  };
}

export function figuresOf(value: unknown): Figures | null {
  if (!isRecord(value)) return null;
  return {
    time_to_first_token_ms: numberOf(value, "time_to_first_token_ms"),
    duration_ms: numberOf(value, "duration_ms") ?? 0,
    prefill_tokens_per_s: numberOf(value, "prefill_tokens_per_s"),
    decode_tokens_per_s: numberOf(value, "decode_tokens_per_s"),
    prefilled_tokens: numberOf(value, "prefilled_tokens"),
  };
}
