/** Web Locks for tests in Node, which has none: exclusive and shared ones, in the order of asking. */

interface Wish {
  shared: boolean;
  grant: (lock: Lock | null) => unknown;
  settle: (result: unknown) => void;
  fail: (raw: unknown) => void;
}

interface Held {
  holders: number;
  shared: boolean;
  waiting: Wish[];
}

export class MemoryLocks {
  readonly #held = new Map<string, Held>();

  readonly request = ((name: string, ...rest: unknown[]): Promise<unknown> => {
    const grant = rest.at(-1) as Wish["grant"];
    const { mode, ifAvailable } = (rest.length > 1 ? rest[0] : {}) as LockOptions;
    return new Promise((settle, fail) => {
      const held = this.#held.get(name) ?? { holders: 0, shared: false, waiting: [] };
      this.#held.set(name, held);
      const wish: Wish = { shared: mode === "shared", grant, settle, fail };
      const free = held.holders === 0 || (held.shared && wish.shared && held.waiting.length === 0);
      if (free) this.#give(name, held, wish);
      else if (ifAvailable === true) this.#run(wish, null);
      else held.waiting.push(wish);
    });
  }) as LockManager["request"];

  #give(name: string, held: Held, wish: Wish): void {
    held.holders += 1;
    held.shared = wish.shared;
    this.#run(wish, { name, mode: wish.shared ? "shared" : "exclusive" }, () => {
      held.holders -= 1;
      while (held.waiting[0] !== undefined && (held.holders === 0 || (held.shared && held.waiting[0].shared))) {
        const next = held.waiting.shift();
        if (next !== undefined) this.#give(name, held, next);
      }
    });
  }

  #run({ grant, settle, fail }: Wish, lock: Lock | null, after: () => void = () => undefined): void {
    void Promise.resolve()
      .then(() => grant(lock))
      .then(settle, fail)
      .finally(after);
  }
}
