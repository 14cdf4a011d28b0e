/** Locks a profile when no hand was on any of its pages for a while. */

export interface AutoLockOptions {
  /** Minutes without a hand; null: never. */
  minutes: () => number | null;
  /** Whether something is being written that would be cut. */
  busy: () => boolean;
  lock: () => void;
  /** Tells other tabs of the profile that a hand was here. */
  active: () => void;
  now: () => number;
}

const LOOK_MS = 5_000;
const EVENTS = ["pointerdown", "keydown", "wheel", "touchstart"] as const;

export class AutoLock {
  #last: number;
  #told = 0;

  constructor(private readonly options: AutoLockOptions) {
    this.#last = options.now();
  }

  /** From now on, until the page ends. */
  watch(target: Pick<Window, "addEventListener" | "setInterval">): void {
    const touched = (): void => {
      // A device that slept looks only now: a hand that comes too late opens nothing.
      if (this.look()) return;
      this.touched();
      if (this.#last - this.#told < LOOK_MS) return;
      this.#told = this.#last;
      this.options.active();
    };
    for (const name of EVENTS) target.addEventListener(name, touched, { capture: true, passive: true });
    target.setInterval(() => {
      this.look();
    }, LOOK_MS);
  }

  /** A hand was on a page. */
  touched(): void {
    this.#last = this.options.now();
  }

  /** Whether it was time. */
  look(): boolean {
    const minutes = this.options.minutes();
    if (minutes === null || this.options.busy()) return false;
    const due = this.options.now() - this.#last >= minutes * 60_000;
    if (due) this.options.lock();
    return due;
  }
}
