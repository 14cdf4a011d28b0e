import type { ErrorCode, WireError } from "../protocol/wire";

/** A wire error where JavaScript wants an exception: it has the fields of one, and `wire` to send on. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(readonly wire: WireError) {
    super(wire.message);
    this.code = wire.code;
    this.hint = wire.hint;
    this.details = wire.details;
  }
}

/** Whatever was thrown on this side of the port, as a wire error. */
export function asWireError(raw: unknown): WireError {
  if (raw instanceof EngineError) return raw.wire;
  const message = raw instanceof Error ? `${raw.name}: ${raw.message}` : String(raw);
  return { code: "internal", message: `The bridge to the engine failed: ${message}` };
}

export const ABORTED: WireError = { code: "aborted", message: "The request was cancelled." };
