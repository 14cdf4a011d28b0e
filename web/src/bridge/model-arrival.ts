import type { EngineClient } from "./client";

/** How long a request waits that has lost its engine, in milliseconds. */
export interface Patience {
  /** For somebody to load a model into a room that has none. */
  emptyMs: number;
  /** For a load that is under way. */
  loadMs: number;
}

/**
 * Resolves when a room can say something about a request: its model is there, or did not load, or the room has died,
 * or nothing happened for too long, or `signal` aborts. Whatever it is, the next step finds out.
 */
export function modelArrives(client: EngineClient, signal: AbortSignal, patience: Patience): Promise<void> {
  return new Promise((resolve) => {
    const life = new AbortController();
    let timer = setTimeout(done, patience.emptyMs);
    let loads = false;
    function done(): void {
      clearTimeout(timer);
      life.abort();
      signal.removeEventListener("abort", done);
      resolve();
    }
    if (signal.aborted) done();
    signal.addEventListener("abort", done);
    void client.closed.then(done);
    client.onState((state) => {
      if (state.type === "ready" || state.type === "lost") done();
      else if (state.type === "empty" && loads) done();
      else if (state.type === "loading" && !loads) {
        loads = true;
        clearTimeout(timer);
        timer = setTimeout(done, patience.loadMs);
      }
    }, life.signal);
  });
}
