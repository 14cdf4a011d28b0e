/** Versions of the site, as one page sees them: which one it is, which one waits, which one answers. */
import type { OfflineFault } from "../offline/fault";
import type { StorageNames } from "../offline/names";
import { manifestOf, say, scriptOf } from "./service-worker";
import type { AppState } from "./state";

export interface VersionsOptions {
  state: Pick<AppState, "update">;
  /** The build that this page belongs to. */
  build: string;
  /** URL of the site's root. */
  scope: string;
  names: StorageNames;
  locks: Pick<LockManager, "request">;
  /** Called when another version answers from now on, or is about to because this page asked for it. */
  onSuperseded: () => void;
  reload: () => void;
  signal: AbortSignal;
}

/** How often an open page asks whether there is a new version. */
const LOOK_AGAIN_MS = 60 * 60_000;

export class Versions {
  #registration: ServiceWorkerRegistration | null = null;

  constructor(private readonly options: VersionsOptions) {}

  /** For as long as this page is open, the service worker keeps what its build may load later. */
  holdBuild(): void {
    const { locks, names, build, signal } = this.options;
    const forLife = (): Promise<void> =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          resolve();
        });
      });
    void locks.request(names.pageLock(build), { mode: "shared" }, forLife);
  }

  /** Hear of versions that arrive, and look for them now and then. */
  watch(registration: ServiceWorkerRegistration): void {
    if (this.#registration === registration) return;
    this.#registration = registration;
    const { signal } = this.options;
    if (registration.waiting !== null && registration.active !== null) void this.#offer(registration.waiting);
    const follow = (): void => {
      const found = registration.installing;
      found?.addEventListener("statechange", () => {
        if (found.state === "installed" && registration.active !== null) void this.#offer(found);
      });
    };
    registration.addEventListener("updatefound", follow, { signal });
    // One that another tab has found, or the browser before this line, is on its way already.
    follow();
    const look = setInterval(() => {
      // Without a network, or with a broken host, there is no news.
      registration.update().catch(() => undefined);
    }, LOOK_AGAIN_MS);
    signal.addEventListener("abort", () => {
      clearInterval(look);
    });
  }

  /** The user wants the version that waits. Every tab changes to it; this one is loaded again. */
  apply(): void {
    const { state, onSuperseded, reload } = this.options;
    const waiting = this.#registration?.waiting;
    if (state.update.value.kind !== "waiting" || waiting == null) return;
    state.update.value = { kind: "applying", version: state.update.value.version };
    waiting.addEventListener("statechange", () => {
      if (waiting.state === "activated") reload();
    });
    // The browser lets the version before go once it has nothing more to do.
    onSuperseded();
    say(waiting, { type: "activate" });
  }

  /** Not now: the question comes back with the next page. */
  postpone(): void {
    this.options.state.update.value = { kind: "none" };
  }

  /** A version did not arrive whole; the one that answers goes on. */
  failed(fault: OfflineFault): void {
    const { update } = this.options.state;
    // One that has arrived, or has taken over, is what the user can act on.
    if (update.value.kind === "none" || update.value.kind === "failed") update.value = { kind: "failed", fault };
  }

  /** Another version answers from now on. Unless this page asked for it, it stays as it is. */
  async changed(controller: ServiceWorker | null): Promise<void> {
    const { state, build, scope, onSuperseded, signal } = this.options;
    if (controller?.scriptURL !== scriptOf(scope)) return;
    const manifest = await manifestOf(controller, signal);
    if (manifest === null || manifest.build === build || state.update.value.kind === "applying") return;
    onSuperseded();
    state.update.value = { kind: "outdated", version: manifest.version };
  }

  async #offer(worker: ServiceWorker): Promise<void> {
    const manifest = await manifestOf(worker, this.options.signal);
    const { update } = this.options.state;
    if (manifest === null || update.value.kind === "outdated") return;
    update.value = { kind: "waiting", version: manifest.version };
  }
}
