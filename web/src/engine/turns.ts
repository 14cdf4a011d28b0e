import type { Priority } from "../protocol/wire";

/** What the order of turns depends on. */
export interface Turn {
  client: string;
  priority: Priority | "barrier";
}

/** A job in the line. */
export interface Waiting<T extends Turn> {
  job: T;
  /** The turn that was being taken when it came. */
  turn: number;
  /** The turn that its client last had since then. */
  served?: number;
}

/** Steps between the front of the line and a fresh request of each priority. */
const STEPS: Record<Priority, number> = { chat: 0, side: 2, batch: 4 };

/**
 * Whose turn is next; null when nobody waits (pure).
 *
 * Chat comes before side requests and both before a batch, what somebody looks at before what nobody does. A request
 * moves up one step each `patience` turns, as far as the front, so that nothing waits for ever; among equals the
 * client comes first whose last turn is longest ago, and of one client's requests the oldest.
 */
export function nextTurn<T extends Turn>(
  waiting: readonly Waiting<T>[],
  turn: number,
  patience: number,
  background: ReadonlySet<string>,
): Waiting<T> | null {
  const barrier = waiting.findIndex(({ job }) => job.priority === "barrier");
  if (barrier === 0) return waiting[0] ?? null;
  let next: Waiting<T> | null = null;
  let best = [Infinity, Infinity];
  for (const one of barrier < 0 ? waiting : waiting.slice(0, barrier)) {
    const { job } = one;
    if (job.priority === "barrier") break;
    const step = STEPS[job.priority] + (background.has(job.client) ? 1 : 0);
    const rank = Math.max(0, step - Math.floor((turn - one.turn) / patience));
    const key = [rank, one.served ?? one.turn];
    if (before(key, best)) [next, best] = [one, key];
  }
  return next;
}

function before(a: readonly number[], b: readonly number[]): boolean {
  const [aRank = 0, aServed = 0] = a;
  const [bRank = 0, bServed = 0] = b;
  return aRank === bRank ? aServed < bServed : aRank < bRank;
}
