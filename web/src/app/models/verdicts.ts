import type { Verdict } from "../../protocol/wire";
import type { Keyed } from "./keyed";

const AT_ONCE = 4;

/** Whether models would run here: asked for what is looked at, a few at a time, and each only once. */
export class Verdicts {
  readonly #asked = new Set<string>();
  #waiting: string[] = [];
  #running = 0;
  #generation = 0;

  /** `assess` rejects where the engine cannot say; the model is then asked about again when it is next seen. */
  constructor(
    private readonly assess: (model: string) => Promise<Verdict>,
    private readonly known: Keyed<Verdict>,
  ) {}

  /** A model came into view. */
  want(model: string): void {
    if (this.#asked.has(model)) return;
    this.#asked.add(model);
    this.#waiting.push(model);
    this.#go();
  }

  /** What was known may have changed: what is there is asked about again, what is shown stays until then. */
  renew(): void {
    this.#generation += 1;
    this.#asked.clear();
    this.#waiting = [];
    for (const model of this.known.ids) this.want(model);
  }

  take(verdict: Verdict): void {
    this.#asked.add(verdict.model);
    this.known.set(verdict.model, verdict);
  }

  #go(): void {
    while (this.#running < AT_ONCE) {
      // The newest first: that is where the reader is now.
      const model = this.#waiting.pop();
      if (model === undefined) return;
      this.#running += 1;
      void this.#ask(model, this.#generation);
    }
  }

  async #ask(model: string, generation: number): Promise<void> {
    try {
      const verdict = await this.assess(model);
      if (generation === this.#generation) this.known.set(model, verdict);
    } catch {
      // The row says what the catalogue knows of it; nothing was promised.
      if (generation === this.#generation) this.#asked.delete(model);
    } finally {
      this.#running -= 1;
      this.#go();
    }
  }
}
