import { failure } from "./errors";

/**
 * Downloads one file with progress. Throws `download_failed` with the status, the signal's reason when it was
 * cancelled, and else what `fetch` throws.
 *
 * `onProgress` gets the bytes so far and those to come in all, null when the server does not say.
 */
export async function download(
  url: string,
  signal: AbortSignal,
  onProgress: (loadedBytes: number, totalBytes: number | null) => void = () => undefined,
): Promise<Blob> {
  try {
    return await bring(url, signal, onProgress);
  } catch (raw) {
    // A connection that is cut says so in its own words, also where it was cut on purpose.
    signal.throwIfAborted();
    throw raw;
  }
}

async function bring(
  url: string,
  signal: AbortSignal,
  onProgress: (loadedBytes: number, totalBytes: number | null) => void,
): Promise<Blob> {
  const response = await fetch(url, { signal });
  if (!response.ok || response.body === null) {
    throw failure(
      "download_failed",
      `A file could not be downloaded: the server answered ${String(response.status)}.`,
      "Reload the page, or check the address of the model.",
      { url, status: response.status },
    );
  }
  const length = response.headers.get("content-length");
  // A compressed file has another length than what comes out of it.
  const totalBytes = length === null || response.headers.has("content-encoding") ? null : Number(length);
  const parts: BlobPart[] = [];
  let loadedBytes = 0;
  const reader = response.body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    parts.push(read.value);
    loadedBytes += read.value.byteLength;
    onProgress(loadedBytes, totalBytes);
  }
  return new Blob(parts);
}
