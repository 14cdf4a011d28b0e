import type { ContentStore } from "./content-store";
import { faultOf } from "./fault";
import { totalBytes, type OfflineFile } from "./manifest";

/** How many files are on their way at once. */
const AT_ONCE = 4;

export interface FillOptions {
  signal: AbortSignal;
  /** Bytes of `files` that are here, or on their way, and bytes of all of them. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Bring every file into the store that is not there; what another version left counts as here. A file that is not
 * right does not hold up the others; without a network or without space the first failure ends it. Rejects with the
 * first `OfflineError`, or with the reason of `signal`. What has arrived stays.
 */
export async function fill(
  store: ContentStore,
  files: readonly OfflineFile[],
  { signal, onProgress = () => undefined }: FillOptions,
): Promise<void> {
  const waiting = await store.missing(files);
  const total = totalBytes(files);
  let done = total - totalBytes(waiting);
  onProgress(done, total);
  const failures: unknown[] = [];
  const addNext = async (file: OfflineFile): Promise<void> => {
    let arrived = 0;
    const count = (bytes: number): void => {
      arrived += bytes;
      done += bytes;
      onProgress(done, total);
    };
    try {
      await store.add(file, signal, count);
    } catch (error) {
      count(-arrived);
      failures.push(error);
      if (!concernsOneFile(error)) waiting.length = 0;
    }
  };
  const takeOneAfterAnother = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) await addNext(file);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, takeOneAfterAnother));
  signal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
}

function concernsOneFile(error: unknown): boolean {
  const { code } = faultOf(error);
  return code === "file_missing" || code === "hash_mismatch";
}
