interface Entry {
  held: boolean;
  grant: () => void;
  /** The lock is taken away. */
  lose: () => void;
}

export interface LockRequest {
  signal?: AbortSignal;
  ifAvailable?: boolean;
  steal?: boolean;
}

/** Exclusive Web Locks in memory, as far as the engine's life needs them: Node 20 has none. */
export class MemoryLocks {
  private readonly lines = new Map<string, Entry[]>();

  /** Grants a lock when it is free, in the order of asking; `signal` ends a wait. */
  request(name: string, options: LockRequest, granted: (lock: object | null) => unknown): Promise<unknown> {
    const line = this.lineOf(name);
    if (options.ifAvailable === true && line.length > 0) return Promise.resolve(granted(null));
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        const place = line.indexOf(entry);
        if (place >= 0) line.splice(place, 1);
        this.advance(line);
      };
      const entry: Entry = {
        held: false,
        grant: () => {
          entry.held = true;
          void Promise.resolve()
            .then(() => granted({ name }))
            .then(resolve, reject)
            .finally(leave);
        },
        lose: () => {
          leave();
          reject(new DOMException("The lock was stolen.", "AbortError"));
        },
      };
      options.signal?.addEventListener("abort", () => {
        if (!entry.held) entry.lose();
      });
      const holder = line[0];
      if (options.steal === true) {
        line.unshift(entry);
        if (holder?.held === true) holder.lose();
      } else line.push(entry);
      this.advance(line);
    });
  }

  /** Holds a lock until the returned function is called: a worker, and its death. */
  hold(name: string): () => void {
    let die: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => {
      die = resolve;
    });
    void this.request(name, {}, () => gone);
    return die;
  }

  private lineOf(name: string): Entry[] {
    const line = this.lines.get(name) ?? [];
    this.lines.set(name, line);
    return line;
  }

  private advance([first]: Entry[]): void {
    if (first?.held === false) first.grant();
  }
}
