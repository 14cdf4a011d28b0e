import type { ContentStore } from "./content-store";
import { totalBytes, type OfflineFile } from "./manifest";

/** How many files are on their way at once. */
const AT_ONCE = 4;

export interface FillOptions {
  signal: AbortSignal;
  /** Bytes of `files` that are here, or on their way, and bytes of all of them. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Bring every file into the store that is not there; what another version left counts as here. The first file that
 * fails ends it: rejects with its `OfflineError`, or with the reason of `signal`. What has arrived stays.
 */
export async function fill(
  store: ContentStore,
  files: readonly OfflineFile[],
  { signal, onProgress = () => undefined }: FillOptions,
): Promise<void> {
  const missing = await store.missing(files);
  const total = totalBytes(files);
  let done = total - totalBytes(missing);
  onProgress(done, total);
  const waiting = [...missing];
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const takeOneAfterAnother = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      either.throwIfAborted();
      await store.add(file, either, (bytes) => {
        done += bytes;
        onProgress(done, total);
      });
    }
  };
  const runs = Array.from({ length: AT_ONCE }, () =>
    takeOneAfterAnother().catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  // All of them have ended before anybody hears of the first failure: nothing goes on behind its back.
  await Promise.allSettled(runs);
  if (signal.aborted) throw signal.reason;
  if (failed.signal.aborted) throw failed.signal.reason;
}
