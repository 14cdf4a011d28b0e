const BYTES = 16;

/** A name that nothing else has. Over plain http a browser offers no `crypto.randomUUID()`. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
