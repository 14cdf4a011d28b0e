import type { Wllama } from "@wllama/wllama";

/** An action of llama.cpp's worker, by name. */
type Act = (name: string, given: Record<string, unknown>) => Promise<unknown>;

interface Ahead {
  request: unknown;
  result: Promise<unknown>;
}

/** What begins an answer, and what asks for the next piece of it. */
const BEGIN = "completion";
const NEXT = "get_result";

/**
 * Lets llama.cpp compute the next piece of an answer while the one before is read.
 *
 * wllama asks its worker for one piece at a time, so that the worker waits idle for each question: in a worker
 * beneath a worker, as here, longer than a small model computes. Asked for one piece ahead it never waits. The piece
 * that is asked for behind the last one comes back empty, and is thrown away.
 *
 * wllama does not publish what it asks its worker by. A version that has it elsewhere is left as it is.
 */
export function askAhead(wllama: Wllama): void {
  const proxy: unknown = Reflect.get(wllama, "proxy");
  if (typeof proxy !== "object" || proxy === null) return;
  const act: unknown = Reflect.get(proxy, "wllamaAction");
  if (typeof act !== "function") return;
  Reflect.set(
    proxy,
    "wllamaAction",
    aheadOf((name, given) => Reflect.apply(act, proxy, [name, given]) as Promise<unknown>),
  );
}

/** The same actions; the pieces of answers are asked for one ahead. */
export function aheadOf(act: Act): Act {
  let answers = false;
  let ahead: Ahead | null = null;
  return (name, given) => {
    if (name !== NEXT) {
      answers = name === BEGIN;
      ahead = null;
      return act(name, given);
    }
    if (!answers) return act(name, given);
    const { req_id: request } = given;
    const piece = ahead !== null && ahead.request === request ? ahead.result : act(name, given);
    const result = act(name, given);
    // It may be the one behind the end, which nobody waits for.
    result.catch(() => undefined);
    ahead = { request, result };
    return piece;
  };
}
