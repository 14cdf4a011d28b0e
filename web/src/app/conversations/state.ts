/** What is known of the keeping of conversations. */
import { signal, type Signal } from "@preact/signals";

export interface KeepingState {
  /** Whether what is written outlives the page; null until that is known. */
  lasting: Signal<boolean | null>;
  /** Something could not be stored, and is tried again. */
  trouble: Signal<boolean>;
  /** Conversations in which another tab writes an answer. */
  elsewhere: Signal<ReadonlySet<string>>;
}

export const createKeepingState = (): KeepingState => ({
  lasting: signal<boolean | null>(null),
  trouble: signal(false),
  elsewhere: signal<ReadonlySet<string>>(new Set()),
});
