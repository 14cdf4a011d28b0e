import { failure } from "./errors";

/** Throws `unsupported` where the page's policy lets no worker read a blob: wllama would wait for its own for ever. */
export async function requireBlobAccess(): Promise<void> {
  const address = URL.createObjectURL(new Blob());
  try {
    await fetch(address);
  } catch (raw) {
    throw failure(
      "unsupported",
      "The CPU engine reads its runtime from a blob URL, which the page's content security policy forbids (connect-src).",
      "Add blob: to connect-src in the policy of the page.",
      { directive: "connect-src", needed: "blob:", raw: String(raw) },
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}
