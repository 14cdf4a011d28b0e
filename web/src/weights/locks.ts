/** One writer for each model, in all tabs of the origin. */
import { failure } from "../engine/errors";
import type { Parts } from "./parts";

const lockOf = (id: string): string => `webllm-provider-weights-${id}`;

/** Does `work` alone. `onWait` is called where somebody else is at it. Rejects with the reason of `signal`. */
export async function exclusively<T>(
  locks: Parts["locks"],
  id: string,
  signal: AbortSignal,
  onWait: () => void,
  work: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  if (locks === undefined) return work();
  const name = lockOf(id);
  const mine = await locks.request(name, { ifAvailable: true }, async (lock) =>
    lock === null ? null : { result: await work() },
  );
  if (mine !== null) return mine.result;
  onWait();
  return locks.request(name, { signal }, work);
}

/** Does `work` alone, or throws `busy` where somebody else is at it. */
export async function atOnce<T>(locks: Parts["locks"], id: string, work: () => Promise<T>): Promise<T> {
  if (locks === undefined) return work();
  return locks.request(lockOf(id), { ifAvailable: true }, (lock) => {
    if (lock !== null) return work();
    throw failure("busy", `The files of ${id} are in use.`, "Pause its download first.", { model: id });
  });
}
