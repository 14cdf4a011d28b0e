/** Asks Python what its sessions are made of. */
import { signal, type ReadonlySignal } from "@preact/signals";
import type { PythonMessage, SessionView, WireError } from "../../protocol/wire";
import type { ToPython } from "../../page/python-host";

export type Inspection =
  | { kind: "none" }
  | { kind: "asking"; before: readonly SessionView[] }
  | { kind: "told"; sessions: readonly SessionView[] }
  | { kind: "failed"; error: WireError };

export class Inspector {
  readonly #state = signal<Inspection>({ kind: "none" });
  #asked: string | null = null;

  constructor(
    private readonly send: (message: ToPython) => void,
    private readonly newId: () => string,
  ) {}

  get state(): ReadonlySignal<Inspection> {
    return this.#state;
  }

  /** Only while Python runs. What was told before stays until it is told anew. */
  ask(): void {
    const { value } = this.#state;
    this.#asked = this.newId();
    this.#state.value = { kind: "asking", before: value.kind === "told" ? value.sessions : [] };
    this.send({ type: "inspect", id: this.#asked });
  }

  receive(message: PythonMessage): void {
    if (this.#asked === null) return;
    if (message.type === "inspected" && message.id === this.#asked) {
      this.#asked = null;
      this.#state.value = { kind: "told", sessions: message.sessions };
    } else if (message.type === "python_failed") {
      this.#asked = null;
      this.#state.value = { kind: "failed", error: message.error };
    }
  }
}
