/** Files as text. */

/** Null where the file is no text, or has gone since it was chosen. */
export async function textIn(file: File): Promise<string | null> {
  const bytes = await bytesOf(file);
  return bytes === null ? null : decoded(bytes);
}

/** Null where the file has gone since it was chosen. */
export async function bytesOf(file: File): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    return null;
  }
}

/** UTF-8, or UTF-16 that says so at its beginning; null for anything else. */
export function decoded(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
    return text.includes("\0") ? null : text.replaceAll(/\r\n?/g, "\n");
  } catch {
    return null;
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return "utf-8";
}
