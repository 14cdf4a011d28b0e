/**
 * Which builds this browser serves: the current one, the one before it, and those that an open page still needs.
 * An update must not take away what a tab may load later.
 */
import type { OfflineManifest } from "./manifest";

/** The current build and the one before it. */
const ALWAYS_KEPT = 2;

interface Remembered {
  /** Newest first; the first is the one that answers navigations. */
  generations: OfflineManifest[];
  /** What is being installed: its content must not be taken for superfluous. */
  pending: OfflineManifest | null;
}

export interface GenerationsOptions {
  /** URL of the site's root. */
  scope: string;
  /** Name of the cache. */
  name: string;
  caches: Pick<CacheStorage, "open">;
  /** Runs one change at a time, of all the workers of this site. */
  exclusively: <T>(change: () => Promise<T>) => Promise<T>;
}

export class Generations {
  constructor(private readonly options: GenerationsOptions) {}

  /** The builds that are served, newest first. */
  async list(): Promise<OfflineManifest[]> {
    return (await this.read()).generations;
  }

  /** Remember a build that is being installed. */
  async begin(manifest: OfflineManifest): Promise<void> {
    await this.options.exclusively(() => this.change((before) => ({ ...before, pending: manifest })));
  }

  /**
   * Make a build the current one. `isOpen` says whether a page of a build is open. Resolves with the hashes of all
   * content that is still needed, once `dropOthers` has gone by them: another worker that begins meanwhile waits, or
   * it would count on what is dropped the moment after.
   */
  async advance(
    manifest: OfflineManifest,
    isOpen: (build: string) => boolean,
    dropOthers: (needed: ReadonlySet<string>) => Promise<void> = () => Promise.resolve(),
  ): Promise<Set<string>> {
    const next = (before: Remembered): Remembered => ({
      generations: [manifest, ...before.generations.filter(({ build }) => build !== manifest.build)].filter(
        ({ build }, index) => index < ALWAYS_KEPT || isOpen(build),
      ),
      pending: before.pending?.build === manifest.build ? null : before.pending,
    });
    return this.options.exclusively(async () => {
      const needed = hashesOf(await this.change(next));
      await dropOthers(needed);
      return needed;
    });
  }

  /** The hash of the content of a path, in the newest build that has the path. */
  async find(path: string): Promise<string | undefined> {
    for (const { files } of await this.list()) {
      const file = files.find((each) => each.path === path);
      if (file !== undefined) return file.sha256;
    }
    return undefined;
  }

  private async change(how: (before: Remembered) => Remembered): Promise<Remembered> {
    const after = how(await this.read());
    const cache = await this.options.caches.open(this.options.name);
    await cache.put(this.key, Response.json(after));
    return after;
  }

  private async read(): Promise<Remembered> {
    const cache = await this.options.caches.open(this.options.name);
    const response = await cache.match(this.key);
    if (response === undefined) return { generations: [], pending: null };
    return (await response.json()) as Remembered;
  }

  private get key(): string {
    return new URL("content/generations", this.options.scope).href;
  }
}

/** Of all content that is served, or being stored. */
function hashesOf({ generations, pending }: Remembered): Set<string> {
  const needed = pending === null ? generations : [...generations, pending];
  return new Set(needed.flatMap(({ files }) => files.map(({ sha256 }) => sha256)));
}
