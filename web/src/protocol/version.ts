import type { ProtocolRange } from "./wire";

/** The wait for a hello, in milliseconds, before a partner counts as dead: a worker script may be loading. */
export const HELLO_TIMEOUT_MS = 30_000;

/** Whether two partners share at least one version. */
export function overlaps(ours: ProtocolRange, theirs: ProtocolRange): boolean {
  return ours.min <= theirs.max && theirs.min <= ours.max;
}

export { PROTOCOL } from "./wire";
