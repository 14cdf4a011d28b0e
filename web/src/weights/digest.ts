/** Hashes of files that are too large for memory. SubtleCrypto wants the whole content at once. */
import { createMD5, createSHA256, sha256 } from "hash-wasm";

export interface Digests {
  bytes: number;
  /** Lower-case hexadecimal. */
  sha256: string;
  md5: string | null;
}

export interface DigestOptions {
  /** Whether the MD5 is wanted beside the SHA-256. */
  md5: boolean;
  signal: AbortSignal;
  onBytes?: (bytes: number) => void;
}

/** Reads a file once, piece by piece. Rejects with the reason of `signal`. */
export async function digest(content: Blob, { md5, signal, onBytes }: DigestOptions): Promise<Digests> {
  const strong = await createSHA256();
  const weak = md5 ? await createMD5() : null;
  const reader = content.stream().getReader();
  let bytes = 0;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      signal.throwIfAborted();
      strong.update(read.value);
      weak?.update(read.value);
      bytes += read.value.byteLength;
      onBytes?.(read.value.byteLength);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  return { bytes, sha256: strong.digest("hex"), md5: weak?.digest("hex") ?? null };
}

/** The SHA-256 of pieces that come one after another. */
export async function sha256Of(
  stream: (sink: (piece: Uint8Array) => void) => Promise<void>,
): Promise<string> {
  const hash = await createSHA256();
  await stream((piece) => {
    hash.update(piece);
  });
  return hash.digest("hex");
}

/** A short name for any text, safe as a file name. */
export const shortName = async (text: string): Promise<string> => (await sha256(text)).slice(0, 24);
