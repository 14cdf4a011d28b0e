/**
 * The page's side of being offline: registers the service worker, brings in what is missing once the page itself has
 * loaded, says what is stored, and leaves it to the user when another version takes over.
 */
import type { ContentStore } from "../offline/content-store";
import { faultOf, type OfflineFault } from "../offline/fault";
import { fill } from "../offline/fill";
import { totalBytes, type OfflineManifest } from "../offline/manifest";
import type { Description, InstallFailed, ToServiceWorker } from "../offline/messages";
import type { StorageNames } from "../offline/names";
import type { AppState } from "./state";

/** What the page needs of the browser. */
export interface OfflineOptions {
  state: Pick<AppState, "offline" | "update">;
  /** The build that this page belongs to. */
  build: string;
  /** URL of the site's root. */
  scope: string;
  names: StorageNames;
  store: ContentStore;
  container: Pick<
    ServiceWorkerContainer,
    "register" | "controller" | "addEventListener" | "startMessages"
  >;
  locks: Pick<LockManager, "request">;
  storage: Pick<StorageManager, "persist" | "persisted">;
  /** True where the user asked the browser to save data. */
  savesData: boolean;
  /** Resolves when the page needs the network for itself no more. */
  settled: Promise<void>;
  reload: () => void;
}

/** How often an open page asks whether there is a new version. */
const LOOK_AGAIN_MS = 60 * 60_000;

export class Offline {
  readonly #life = new AbortController();
  #registration: ServiceWorkerRegistration | null = null;
  #filling: AbortController | null = null;

  constructor(private readonly options: OfflineOptions) {}

  async start(): Promise<void> {
    this.#holdBuild();
    const { container } = this.options;
    const { signal } = this.#life;
    container.addEventListener(
      "message",
      (event) => {
        this.#hear((event as MessageEvent<InstallFailed>).data);
      },
      { signal },
    );
    container.addEventListener("controllerchange", () => void this.#controllerChanged(), { signal });
    container.startMessages();
    await this.#register();
  }

  /** Fetch what is missing: after a failure, or where the user was asked first. */
  async save(): Promise<void> {
    this.#filling?.abort();
    this.options.state.offline.value = { kind: "starting" };
    await this.#askToPersist();
    // A first version that did not get through its installation has no worker yet.
    if (this.#registration?.active == null) await this.#register();
    else await this.#fillAll();
  }

  /** The user wants the version that waits. Every tab changes to it; this one is loaded again. */
  applyUpdate(): void {
    const { update } = this.options.state;
    const waiting = this.#registration?.waiting;
    if (update.value.kind !== "waiting" || waiting == null) return;
    update.value = { kind: "applying", version: update.value.version };
    waiting.addEventListener("statechange", () => {
      if (waiting.state === "activated") this.options.reload();
    });
    say(waiting, { type: "activate" });
  }

  /** Not now: the question comes back with the next page. */
  postponeUpdate(): void {
    this.options.state.update.value = { kind: "none" };
  }

  /** The application was installed: what it keeps is worth keeping. */
  async installed(): Promise<void> {
    await this.#askToPersist();
    const { offline } = this.options.state;
    if (offline.value.kind === "ready") await this.#showReady(offline.value.bytes);
  }

  close(): void {
    this.#life.abort();
    this.#filling?.abort();
  }

  async #register(): Promise<void> {
    const { container, scope } = this.options;
    try {
      const registration = await container.register(new URL("sw.js", scope), { scope, updateViaCache: "none" });
      if (this.#registration !== registration) this.#watchForUpdates(registration);
      this.#registration = registration;
      if (await becomesActive(registration)) await this.#bringIn();
    } catch (error) {
      this.#fail(faultOf(error));
    }
  }

  // ---- what is stored -----------------------------------------------------------------------

  async #bringIn(): Promise<void> {
    const manifest = await this.#manifestOf(this.#registration?.active ?? null);
    // A page that came past its service worker belongs to another build: it is not this page's to complete.
    if (manifest === null || manifest.build !== this.options.build) return;
    const missing = totalBytes(await this.options.store.missing(manifest.files));
    if (missing === 0) {
      await this.#showReady(totalBytes(manifest.files));
      return;
    }
    await this.options.settled;
    if (this.options.savesData) this.options.state.offline.value = { kind: "offered", missing_bytes: missing };
    else await this.#fillAll();
  }

  async #fillAll(): Promise<void> {
    const filling = new AbortController();
    this.#filling = filling;
    const signal = AbortSignal.any([filling.signal, this.#life.signal]);
    const { offline } = this.options.state;
    try {
      const manifest = await this.#manifestOf(this.#registration?.active ?? null);
      if (manifest === null) return;
      // Two tabs would fetch everything twice.
      await this.options.locks.request(this.options.names.fillLock, { signal }, () =>
        fill(this.options.store, manifest.files, {
          signal,
          onProgress: (done, total) => {
            if (!signal.aborted) offline.value = { kind: "saving", done_bytes: done, total_bytes: total };
          },
        }),
      );
      await this.#showReady(totalBytes(manifest.files));
    } catch (error) {
      if (!signal.aborted) this.#fail(faultOf(error));
    }
  }

  async #showReady(bytes: number): Promise<void> {
    const persisted = await this.options.storage.persisted();
    this.options.state.offline.value = { kind: "ready", bytes, persisted };
  }

  async #askToPersist(): Promise<void> {
    // A refusal takes nothing away: the browser may then clear the site when space runs out, as before.
    await this.options.storage.persist();
  }

  #fail(fault: OfflineFault): void {
    this.options.state.offline.value = { kind: "failed", fault };
  }

  // ---- versions -----------------------------------------------------------------------------

  /** For as long as this page is open, the service worker keeps what its build may load later. */
  #holdBuild(): void {
    const { locks, names, build } = this.options;
    const { signal } = this.#life;
    const forLife = (): Promise<void> =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          resolve();
        });
      });
    void locks.request(names.pageLock(build), { mode: "shared" }, forLife);
  }

  #watchForUpdates(registration: ServiceWorkerRegistration): void {
    const { signal } = this.#life;
    if (registration.waiting !== null && registration.active !== null) void this.#offer(registration.waiting);
    registration.addEventListener(
      "updatefound",
      () => {
        const found = registration.installing;
        found?.addEventListener("statechange", () => {
          if (found.state === "installed" && registration.active !== null) void this.#offer(found);
        });
      },
      { signal },
    );
    const look = setInterval(() => {
      // Without a network, or with a broken host, there is no news.
      registration.update().catch(() => undefined);
    }, LOOK_AGAIN_MS);
    signal.addEventListener("abort", () => {
      clearInterval(look);
    });
  }

  async #offer(worker: ServiceWorker): Promise<void> {
    const manifest = await this.#manifestOf(worker);
    const { update } = this.options.state;
    if (manifest === null || update.value.kind === "outdated") return;
    update.value = { kind: "waiting", version: manifest.version };
  }

  /** Another version answers from now on. Unless this page asked for it, it stays as it is. */
  async #controllerChanged(): Promise<void> {
    const { update, offline } = this.options.state;
    const manifest = await this.#manifestOf(this.options.container.controller);
    if (manifest === null || manifest.build === this.options.build || update.value.kind === "applying") return;
    this.#filling?.abort();
    // What was stored whole for this page stays so while it is open.
    if (offline.value.kind === "saving") offline.value = { kind: "starting" };
    update.value = { kind: "outdated", version: manifest.version };
  }

  #hear(message: InstallFailed): void {
    message.type satisfies "install_failed";
    if (this.#registration?.active == null) this.#fail(message.fault);
    else this.options.state.update.value = { kind: "failed", fault: message.fault };
  }

  /** Null where there is no worker, or the page is closed before it answers. */
  async #manifestOf(worker: ServiceWorker | null): Promise<OfflineManifest | null> {
    if (worker === null) return null;
    const { port1, port2 } = new MessageChannel();
    const { signal } = this.#life;
    return new Promise((resolve) => {
      port1.onmessage = ({ data }: MessageEvent<Description>) => {
        port1.close();
        resolve(data.manifest);
      };
      signal.addEventListener("abort", () => {
        resolve(null);
      });
      say(worker, { type: "describe" }, port2);
    });
  }
}

/** True once there is an active worker; false where its installation failed, which it says itself. */
async function becomesActive(registration: ServiceWorkerRegistration): Promise<boolean> {
  if (registration.active !== null) return true;
  const worker = registration.waiting ?? registration.installing;
  if (worker === null) return false;
  return new Promise((resolve) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activating" || worker.state === "activated") resolve(true);
      if (worker.state === "redundant") resolve(false);
    });
  });
}

function say(worker: ServiceWorker, message: ToServiceWorker, ...ports: MessagePort[]): void {
  worker.postMessage(message, ports);
}
