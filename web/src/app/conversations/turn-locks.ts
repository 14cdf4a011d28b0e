/** Which tab writes answers into a conversation: the one that holds its Web Lock, for as long as it has turns to run. */
import type { ElectionLocks } from "../../page/leadership";

export interface TurnLocksOptions {
  /** Undefined in an insecure context: every tab is alone there. */
  locks: ElectionLocks | undefined;
  nameOf: (conversation: string) => string;
  /** This tab may run turns now. */
  onHeld: (conversation: string) => void;
  /** Another tab runs turns there, and this one waits until it has ended. */
  onElsewhere: (conversation: string) => void;
}

type Seat = { kind: "asked"; waiting: AbortController } | { kind: "held"; release: () => void };

/** A page that is loaded again gives its locks back a moment after its successor begins. */
const PATIENCE_MS = 400;

export class TurnLocks {
  readonly #seats = new Map<string, Seat>();

  constructor(private readonly options: TurnLocksOptions) {}

  holds(conversation: string): boolean {
    return this.options.locks === undefined || this.#seats.get(conversation)?.kind === "held";
  }

  /** Whether nobody runs turns there. */
  async isFree(conversation: string): Promise<boolean> {
    const { locks, nameOf } = this.options;
    if (locks === undefined) return true;
    const waiting = new AbortController();
    const late = setTimeout(() => {
      waiting.abort();
    }, PATIENCE_MS);
    const free = locks.request(nameOf(conversation), { signal: waiting.signal }, () => true);
    return free.then(
      () => true,
      () => false,
    ).finally(() => {
      clearTimeout(late);
    });
  }

  /** Ask for it, once: `onHeld` follows, however long another tab writes. */
  ask(conversation: string): void {
    const { locks, nameOf, onElsewhere, onHeld } = this.options;
    if (locks === undefined || this.#seats.has(conversation)) return;
    const waiting = new AbortController();
    this.#seats.set(conversation, { kind: "asked", waiting });
    const late = setTimeout(() => {
      onElsewhere(conversation);
    }, PATIENCE_MS);
    const granted = (): Promise<void> => {
      clearTimeout(late);
      return new Promise((release) => {
        this.#seats.set(conversation, { kind: "held", release });
        onHeld(conversation);
      });
    };
    locks.request(nameOf(conversation), { signal: waiting.signal }, granted).catch(() => {
      clearTimeout(late);
      this.#seats.delete(conversation);
    });
  }

  /** Let others have it, or wait for it no longer. */
  release(conversation: string): void {
    const seat = this.#seats.get(conversation);
    this.#seats.delete(conversation);
    if (seat?.kind === "held") seat.release();
    if (seat?.kind === "asked") seat.waiting.abort();
  }
}
