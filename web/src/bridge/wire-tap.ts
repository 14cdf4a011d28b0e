/** What crosses between this thread and the engine, for who wants to watch it. */
import type { ClientMessage, EngineMessage } from "../protocol/wire";

export type TapListener = (message: ClientMessage | EngineMessage, toEngine: boolean) => void;

/** Costs nothing while nobody listens. A listener reads; it changes nothing of a message. */
export class WireTap {
  readonly #listeners = new Set<TapListener>();

  /** Returns how to stop listening. */
  listen(listener: TapListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(message: ClientMessage | EngineMessage, toEngine: boolean): void {
    for (const listener of this.#listeners) listener(message, toEngine);
  }
}

/** Of all connections of this thread: which of them it was, the id of a message tells. */
export const engineWire = new WireTap();
