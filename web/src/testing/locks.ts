/** Exclusive Web Locks in memory, as far as the engine's life needs them: Node 20 has none. */
export class MemoryLocks {
  private readonly held = new Map<string, Promise<unknown>>();

  /** Grants a lock when it is free, in the order of asking; `signal` ends a wait. */
  async request(name: string, options: { signal?: AbortSignal }, granted: () => unknown): Promise<unknown> {
    const before = this.held.get(name) ?? Promise.resolve();
    let release: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.held.set(
      name,
      before.then(() => gone),
    );
    try {
      await Promise.race([before, rejectOnAbort(options.signal)]);
      return await granted();
    } finally {
      release();
    }
  }

  /** Holds a lock until the returned function is called: a worker, and its death. */
  hold(name: string): () => void {
    let die: () => void = () => undefined;
    void this.request(
      name,
      {},
      () =>
        new Promise<void>((resolve) => {
          die = resolve;
        }),
    );
    return () => {
      die();
    };
  }
}

function rejectOnAbort(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => {
      reject(new DOMException("The request was aborted.", "AbortError"));
    });
  });
}
