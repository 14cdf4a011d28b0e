import type { WireTap } from "../bridge/wire-tap";
import type { PythonMessage, SeenMessage } from "../protocol/wire";

/** Text comes by the token: the page hears of it by the batch. */
const PACE_MS = 100;

/** Passes what goes between Python and the engine on to the page, for as long as it wants to see it. */
export class WatchedWire {
  #seen: SeenMessage[] = [];
  #end: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly tap: WireTap,
    private readonly emit: (message: PythonMessage) => void,
    private readonly now: () => number = Date.now,
  ) {}

  watch(on: boolean): void {
    if (on) {
      this.#end ??= this.tap.listen((message, toEngine) => {
        this.#seen.push({ at: this.now(), to_engine: toEngine, message: { ...message } });
        this.#timer ??= setTimeout(() => {
          this.#tell();
        }, PACE_MS);
      });
      return;
    }
    this.#end?.();
    this.#end = null;
    this.#tell();
  }

  #tell(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#seen.length === 0) return;
    this.emit({ type: "wire_seen", messages: this.#seen });
    this.#seen = [];
  }
}
