/**
 * The page's side of being offline: registers the service worker, brings in what is missing once the page itself has
 * loaded, and says what is stored.
 */
import type { ContentStore } from "../offline/content-store";
import { faultOf, type OfflineFault } from "../offline/fault";
import { fill } from "../offline/fill";
import { type OfflineManifest, totalBytes } from "../offline/manifest";
import type { InstallFailed } from "../offline/messages";
import type { PortMessage } from "../offline/port-messages";
import type { StorageNames } from "../offline/names";
import { becomesActive, manifestOf, registrableScriptOf, scriptOf } from "./service-worker";
import type { AppState } from "./state";
import { Versions } from "./versions";

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

export class Offline {
  readonly #life = new AbortController();
  readonly #versions: Versions;
  #registration: ServiceWorkerRegistration | null = null;
  #filling: AbortController | null = null;

  constructor(private readonly options: OfflineOptions) {
    this.#versions = new Versions({
      ...options,
      signal: this.#life.signal,
      onSuperseded: () => {
        this.#standBack();
      },
    });
  }

  async start(): Promise<void> {
    this.#versions.holdBuild();
    const { container } = this.options;
    const { signal } = this.#life;
    container.addEventListener(
      "message",
      (event) => {
        const { data, source } = event as MessageEvent<InstallFailed | PortMessage>;
        if (isOurs(source, this.options.scope)) this.#hear(data);
      },
      { signal },
    );
    container.addEventListener(
      "controllerchange",
      () => {
        void this.#versions.changed(container.controller);
      },
      { signal },
    );
    container.startMessages();
    await this.#register();
  }

  /** Fetch what is missing: after a failure, or where the user was asked first. */
  async save(): Promise<void> {
    this.#filling?.abort();
    this.options.state.offline.value = { kind: "starting" };
    // Some browsers ask the user first, who may take their time.
    void this.#askToPersist();
    // A first version that did not get through its installation has no worker yet.
    if (this.#registration?.active == null) await this.#register();
    else await this.#fillAll();
  }

  applyUpdate(): void {
    this.#versions.apply();
  }

  postponeUpdate(): void {
    this.#versions.postpone();
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
      const registration = await container.register(registrableScriptOf(scope), { scope, updateViaCache: "none" });
      this.#registration = registration;
      this.#versions.watch(registration);
      if (await becomesActive(registration)) await this.#bringIn();
      else this.#unlessItSaidWhy();
    } catch (error) {
      this.#fail(faultOf(error));
    }
  }

  // ---- what is stored -----------------------------------------------------------------------

  /** Null where another build answers, which is not this page's to complete: it was updated, or came past it. */
  async #ownManifest(): Promise<OfflineManifest | null> {
    const manifest = await manifestOf(this.#registration?.active ?? null, this.#life.signal);
    if (manifest === null || manifest.build === this.options.build) return manifest;
    this.#standBack();
    return null;
  }

  async #bringIn(): Promise<void> {
    const manifest = await this.#ownManifest();
    if (manifest === null) return;
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
      const manifest = await this.#ownManifest();
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
    const persisted = await this.options.storage.persisted().catch(() => false);
    this.options.state.offline.value = { kind: "ready", bytes, persisted };
  }

  async #askToPersist(): Promise<void> {
    // A refusal takes nothing away: the browser may then clear the site when space runs out, as before.
    await this.options.storage.persist().catch(() => false);
  }

  #fail(fault: OfflineFault): void {
    this.options.state.offline.value = { kind: "failed", fault };
  }

  /** A browser may end an installation before the service worker can say anything. */
  #unlessItSaidWhy(): void {
    if (this.options.state.offline.value.kind !== "starting") return;
    this.#fail({ code: "worker_failed", reason: "the browser broke its installation off" });
  }

  /** The rest of this page's version is not worth fetching any more. */
  #standBack(): void {
    this.#filling?.abort();
    const { offline } = this.options.state;
    // What was stored whole for this page stays so while it is open.
    if (offline.value.kind !== "ready") offline.value = { kind: "other_version" };
  }

  #hear(message: InstallFailed | PortMessage): void {
    // The same worker carries ports to the engine from tab to tab.
    if (message.type !== "install_failed") return;
    if (this.#registration?.active == null) this.#fail(message.fault);
    else this.#versions.failed(message.fault);
  }
}

/** Other service workers of the origin may speak to every page of it. */
const isOurs = (source: MessageEventSource | null, scope: string): boolean =>
  source !== null && "scriptURL" in source && source.scriptURL === scriptOf(scope);
