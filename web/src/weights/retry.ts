/** When a download is tried again, and how long it waits before. */

export interface RetryPolicy {
  /** Tries in a row that brought no byte before it gives up. */
  attempts: number;
  firstDelayMs: number;
  longestDelayMs: number;
  /** A server that sends nothing for this long is taken for gone. */
  stallMs: number;
}

export const PATIENT: RetryPolicy = {
  attempts: 6,
  firstDelayMs: 500,
  longestDelayMs: 30_000,
  stallMs: 30_000,
};

/**
 * The wait before try number `attempt` (1 is the second try): doubled each time, and spread over its upper half so
 * that many clients do not come back at once. `random` is from 0 to 1.
 */
export function backoffMs(attempt: number, policy: RetryPolicy, random: number): number {
  const doubled = policy.firstDelayMs * 2 ** Math.max(0, attempt - 1);
  return Math.min(policy.longestDelayMs, doubled) * (0.5 + random / 2);
}

/** What a `Retry-After` header asks for, in seconds or as a date; null where there is none that can be read. */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null || header.trim() === "") return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** Whether the same request may succeed later. */
export const isTransient = (status: number): boolean => status === 408 || status === 429 || status >= 500;
