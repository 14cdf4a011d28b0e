/** Which tab leads: the one that holds the lock. */

/** The part of `navigator.locks` that an election needs. */
export interface ElectionLocks {
  request(
    name: string,
    options: { signal?: AbortSignal; ifAvailable?: boolean; steal?: boolean },
    granted: (lock: object | null) => unknown,
  ): Promise<unknown>;
}

export interface LeadershipOptions {
  lock: string;
  locks: ElectionLocks;
  /** This tab leads from now on. */
  onLead: () => void;
  /** Another tab has taken the lock: this one was silent for too long. */
  onDeposed: () => void;
}

export class Leadership {
  /** Ends a wait for the lock, or the holding of it. */
  #life = new AbortController();

  constructor(private readonly options: LeadershipOptions) {}

  /** Takes the lock if nobody has it. Resolves with whether this tab leads. */
  tryToLead(): Promise<boolean> {
    const { lock, locks } = this.options;
    return new Promise((resolve, reject) => {
      const life = this.#renew();
      locks
        .request(lock, { ifAvailable: true }, (granted) => {
          resolve(granted !== null);
          return granted === null ? null : this.#hold(life);
        })
        .catch((raw: unknown) => {
          reject(asError(raw));
          this.#deposed(raw, life);
        });
    });
  }

  /** Waits for the lock behind all others. */
  queue(): void {
    const { lock, locks } = this.options;
    const life = this.#renew();
    locks
      .request(lock, { signal: life.signal }, () => this.#hold(life))
      .catch((raw: unknown) => {
        this.#deposed(raw, life);
      });
  }

  /** Takes the lock from whoever has it. Resolves when this tab leads, or when another one was quicker. */
  steal(): Promise<void> {
    const { lock, locks } = this.options;
    const life = this.#renew();
    return new Promise((resolve, reject) => {
      locks
        .request(lock, { steal: true }, () => {
          const held = this.#hold(life);
          resolve();
          return held;
        })
        .catch((raw: unknown) => {
          if (isAbort(raw)) resolve();
          else reject(asError(raw));
          this.#deposed(raw, life);
        });
    });
  }

  /** Lets others lead, and waits no more. */
  resign(): void {
    this.#life.abort();
  }

  #renew(): AbortController {
    this.#life.abort();
    this.#life = new AbortController();
    return this.#life;
  }

  #hold({ signal }: AbortController): Promise<void> {
    this.options.onLead();
    return new Promise((resolve) => {
      signal.addEventListener("abort", () => {
        resolve();
      });
    });
  }

  #deposed(raw: unknown, life: AbortController): void {
    // A wait that was ended here is nobody's loss.
    if (life.signal.aborted) return;
    if (isAbort(raw)) this.options.onDeposed();
    else console.error("The lock of the shared engine failed:", raw);
  }
}

const isAbort = (raw: unknown): boolean => raw instanceof DOMException && raw.name === "AbortError";

const asError = (raw: unknown): Error => (raw instanceof Error ? raw : new Error(String(raw)));
