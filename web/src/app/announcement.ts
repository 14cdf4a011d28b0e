/** What a screen reader says next, beside what it reads by itself. */
import { signal } from "@preact/signals";

export class Announcement {
  readonly #said = signal({ sentence: "", count: 0 });

  get value(): string {
    return this.#said.value.sentence;
  }

  set value(sentence: string) {
    this.#said.value = { sentence, count: this.#said.peek().count + 1 };
  }

  /** Grows with each one: the same sentence twice is said twice. */
  get count(): number {
    return this.#said.value.count;
  }
}
