/** The address that a call of the fetch tool names (pure). */

/** The address in a call's arguments as JSON text; null where there is none. */
export function addressIn(given: string): URL | null {
  try {
    const read: unknown = JSON.parse(given);
    const url = typeof read === "object" && read !== null && "url" in read ? read.url : null;
    return typeof url === "string" ? new URL(url) : null;
  } catch {
    return null;
  }
}
