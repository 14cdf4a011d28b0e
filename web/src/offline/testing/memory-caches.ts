/** A `CacheStorage` in memory: enough of one for the store, and one that can run full. */
export class MemoryCaches {
  readonly stored = new Map<string, Map<string, Response>>();
  /** Set to make every further `put` fail as a full disk does. */
  full = false;

  has(name: string): Promise<boolean> {
    return Promise.resolve(this.stored.has(name));
  }

  open(name: string): Promise<Cache> {
    const entries = this.stored.get(name) ?? new Map<string, Response>();
    this.stored.set(name, entries);
    const cache = {
      match: (key: string) => Promise.resolve(entries.get(key)?.clone()),
      put: (key: string, response: Response) => {
        if (this.full) return Promise.reject(new DOMException("No space.", "QuotaExceededError"));
        entries.set(key, response);
        return Promise.resolve();
      },
      delete: (key: string) => Promise.resolve(entries.delete(key)),
      keys: () => Promise.resolve([...entries.keys()].map((url) => new Request(url))),
    };
    return Promise.resolve(cache as unknown as Cache);
  }

  keys(name: string): string[] {
    return [...(this.stored.get(name)?.keys() ?? [])];
  }
}
