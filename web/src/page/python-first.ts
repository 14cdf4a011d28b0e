/**
 * Who starts first where there are not enough cores for both: Python, which takes a moment from its snapshot.
 *
 * Beside it, the engine would take from Python what it gains itself; nobody can ask before both are there.
 */
import type { PythonMessage } from "../protocol/wire";

/** Python with its compiler threads keeps two cores busy. */
const FEW_CORES = 2;
/** A start from the snapshot that takes longer is held up by something else than the engine. */
const LIMIT_MS = 1_500;

export interface PythonFirstOptions {
  cores: number;
  /** Whether Python may find a snapshot. An ordinary start takes too long to be waited for. */
  snapshot: boolean;
}

export class PythonFirst {
  #let: () => void = () => undefined;
  readonly #turn = new Promise<void>((resolve) => {
    this.#let = resolve;
  });
  #waits = false;

  constructor({ cores, snapshot }: PythonFirstOptions) {
    if (cores > FEW_CORES || !snapshot) this.#let();
  }

  /** What Python says: once it has started, or failed, or downloads, there is nothing to wait for. */
  hear(message: PythonMessage): void {
    switch (message.type) {
      case "booting":
        if (message.loaded_bytes === undefined) return;
        break;
      case "booted":
      case "python_failed":
        break;
      default:
        return;
    }
    this.#let();
  }

  /** Resolves when the engine may start. */
  async engineTurn(): Promise<void> {
    if (!this.#waits) {
      this.#waits = true;
      setTimeout(this.#let, LIMIT_MS);
    }
    await this.#turn;
  }
}
