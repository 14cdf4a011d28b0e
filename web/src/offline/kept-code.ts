/**
 * What lets a browser keep the code that it has compiled.
 *
 * It keeps such code beside a response of a cache, and takes it at the next start in place of compiling anew, but only
 * where the response still carries the URL that it came from, and that URL is asked for again. A response that a program
 * has put together carries none.
 */

/** Files that browsers compile. */
const COMPILED = /\.(?:m?js|wasm)$/;

/** Whether what was fetched is worth keeping with its URL; else it is put together anew, without what hosts say beside. */
export function mayHoldCode({ url, redirected, status, headers }: Response, asked: string): boolean {
  // Caches refuse a part of a file, and what depends on everything.
  const refused = status !== 200 || (headers.get("vary")?.includes("*") ?? false);
  return COMPILED.test(new URL(asked).pathname) && url === asked && !redirected && !refused;
}

/**
 * The response as an answer to a request: its URL is the one that was asked for, or none. By another one, where two
 * builds have the same content under two names, a module would look for its neighbours beside its old place.
 */
export function answerTo({ url }: Pick<Request, "url">, stored: Response): Response {
  const asked = new URL(url);
  asked.hash = "";
  return stored.url === "" || stored.url === asked.href ? stored : new Response(stored.body, stored);
}
