/** Whether a download fits, and what could make room. */
import { type EngineFailure, failure } from "../engine/errors";

export interface Space {
  used: number | null;
  quota: number | null;
}

/** A stored model that could be deleted. */
export interface Deletable {
  model: string;
  bytes: number;
  used_at: number | null;
}

/** Throws `quota_exceeded` when `bytes` more do not fit. Where the browser does not say, it fits. */
export function requireSpace(
  { used, quota }: Space,
  bytes: number,
  model: string,
  others: Deletable[],
): void {
  if (used === null || quota === null || used + bytes <= quota) return;
  throw full(model, others, { needed_bytes: bytes, available_bytes: Math.max(0, quota - used) });
}

/** The failure of a full disk, with what could be deleted: what was not used for the longest time first. */
export function full(
  model: string,
  others: Deletable[],
  facts: { needed_bytes?: number; available_bytes?: number } = {},
): EngineFailure {
  const deletable = others
    .filter((other) => other.model !== model && other.bytes > 0)
    .sort((a, b) => (a.used_at ?? 0) - (b.used_at ?? 0));
  const [first] = deletable;
  return failure(
    "quota_exceeded",
    "The browser's storage has no room for the model.",
    first === undefined
      ? "Free disk space, or take a smaller model; what was downloaded is kept."
      : `Delete a model that you no longer use, such as ${first.model}; what was downloaded is kept.`,
    { model, ...facts, deletable },
  );
}

export const isFull = (raw: unknown): boolean =>
  raw instanceof Error || raw instanceof DOMException ? raw.name === "QuotaExceededError" : false;
