/** One version of the site in this browser: stores it, makes it the current one, answers from it. */
import { ContentStore } from "../offline/content-store";
import { faultOf } from "../offline/fault";
import { fill } from "../offline/fill";
import { Generations } from "../offline/generations";
import { answerTo } from "../offline/kept-code";
import { filesOf, type OfflineManifest } from "../offline/manifest";
import type { Description, InstallFailed } from "../offline/messages";
import { storageNames, type StorageNames } from "../offline/names";

export class Site {
  private readonly names: StorageNames;
  private readonly store: ContentStore;
  private readonly generations: Generations;

  constructor(
    private readonly worker: ServiceWorkerGlobalScope,
    private readonly manifest: OfflineManifest,
  ) {
    const { scope } = worker.registration;
    const { caches } = worker;
    this.names = storageNames(scope);
    this.store = new ContentStore({
      scope,
      name: this.names.content,
      caches,
      fetch: (request) => worker.fetch(request),
      digest: (content) => worker.crypto.subtle.digest("SHA-256", content),
    });
    this.generations = new Generations({
      scope,
      name: this.names.generations,
      caches,
      exclusively: (change) => worker.navigator.locks.request(this.names.generationsLock, change),
    });
  }

  /** Rejects where a file cannot be had: then the browser drops this version, and the one before goes on. */
  async install(): Promise<void> {
    try {
      const { manifest } = this;
      const wanted = (await this.worksOffline()) ? manifest.files : filesOf(manifest, "shell");
      await this.generations.begin(manifest);
      await fill(this.store, wanted, { signal: new AbortController().signal });
    } catch (error) {
      await this.tellPages({ type: "install_failed", build: this.manifest.build, fault: faultOf(error) });
      throw error;
    }
  }

  async activate(): Promise<void> {
    const first = (await this.generations.list()).length === 0;
    const { generations, manifest, store } = this;
    await generations.advance(manifest, await this.openBuilds(), (needed) => store.prune(needed));
    // The page that brought the very first version is answered from it at once, also without a reload.
    if (first) await this.worker.clients.claim();
  }

  describe(): Description {
    return { type: "description", manifest: this.manifest };
  }

  /** A file of this version; from the network where the browser has lost it, or it is not stored yet. */
  async answer(request: Request, sha256: string): Promise<Response> {
    // Browsers that lose a cache may refuse to open it as well.
    const stored = await this.store.match(sha256).catch(() => undefined);
    return stored === undefined ? this.worker.fetch(request) : answerTo(request, stored);
  }

  /** A file that only an earlier version has. */
  async answerEarlier(request: Request, path: string): Promise<Response> {
    const sha256 = await this.generations.find(path);
    return sha256 === undefined ? this.worker.fetch(request) : this.answer(request, sha256);
  }

  /** Whether the version that answers now is stored whole: an update must not leave it half offline. */
  private async worksOffline(): Promise<boolean> {
    const [current] = await this.generations.list();
    return current !== undefined && (await this.store.missing(current.files)).length === 0;
  }

  /** Every open page holds its build's lock. */
  private async openBuilds(): Promise<(build: string) => boolean> {
    const { held = [] } = await this.worker.navigator.locks.query();
    const names = new Set(held.map(({ name }) => name));
    return (build) => names.has(this.names.pageLock(build));
  }

  /** Pages that no version controls yet are told too; those of other sites on this origin are not. */
  private async tellPages(message: InstallFailed): Promise<void> {
    const { clients, registration } = this.worker;
    for (const client of await clients.matchAll({ includeUncontrolled: true })) {
      if (client.url.startsWith(registration.scope)) client.postMessage(message);
    }
  }
}
