import { signal, type Signal } from "@preact/signals";

/** One signal for each id: a row of a long list is drawn again only when its own value changes. */
export class Keyed<T> {
  readonly #signals = new Map<string, Signal<T | null>>();
  readonly #present = signal<readonly string[]>([]);

  /** The signal of an id; null until something was set. */
  of(id: string): Signal<T | null> {
    let found = this.#signals.get(id);
    if (found === undefined) {
      found = signal<T | null>(null);
      this.#signals.set(id, found);
    }
    return found;
  }

  set(id: string, value: T | null): void {
    const before = this.of(id).peek();
    this.of(id).value = value;
    if ((before === null) === (value === null)) return;
    const others = this.#present.peek().filter((other) => other !== id);
    this.#present.value = value === null ? others : [...others, id];
  }

  /** The ids that have a value, the newest last. */
  get ids(): readonly string[] {
    return this.#present.value;
  }

  clear(): void {
    for (const id of this.#present.peek()) this.set(id, null);
  }
}
