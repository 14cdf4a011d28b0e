import { trustedScripts } from "../bridge/trusted-script";
import type { RoomSettings } from "../engine/room-settings";
import type { HostEnded, ToHost } from "../engine/service-host-messages";

/** The script of the host, and the scope of its registration, both relative to the site's root. No page lies there. */
const SCRIPT = "engine-host.js";
const SCOPE = "engine-host/";

/** A browser ends a service worker that has had no event for 30 s. */
const KEEP_MS = 10_000;
/** How long an engine may take to let its model go. */
const END_MS = 5_000;

let trusted: ((address: string) => string) | null = null;

export interface ServiceWorkerEngineOptions {
  /** URL of the site's root, with a slash at its end. */
  root: string;
  container: Pick<ServiceWorkerContainer, "register">;
  settings?: RoomSettings;
}

/**
 * An engine in a service worker of its own, which outlives this page: a model that it has loaded is still there after
 * a reload, where the browser has kept the worker. It is kept as long as a page says that it is there, and for about
 * half a minute longer.
 */
export class ServiceWorkerEngine {
  #registration: Promise<ServiceWorkerRegistration> | null = null;
  #keeping: ReturnType<typeof setInterval> | null = null;

  constructor(private readonly options: ServiceWorkerEngineOptions) {}

  /** A port to the engine room; the worker is started where it does not run. Rejects where it cannot be. */
  async connect(): Promise<MessagePort> {
    const worker = await this.#worker();
    const { port1, port2 } = new MessageChannel();
    const { settings } = this.options;
    say(worker, { type: "connect", ...(settings === undefined ? {} : { settings }) }, port1);
    this.#keeping ??= setInterval(() => void this.#keep(), KEEP_MS);
    return port2;
  }

  /**
   * Has the room of this epoch given up, so that the next port is to another one: in another worker, where this one
   * does not answer. A room that has taken its place already stays.
   */
  async restart(epoch: string): Promise<void> {
    const worker = await this.#worker();
    const { port1, port2 } = new MessageChannel();
    const ended = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(resolve, END_MS, false);
      port2.onmessage = ({ data }: MessageEvent<HostEnded>) => {
        data.type satisfies "ended";
        clearTimeout(timer);
        resolve(true);
      };
      say(worker, { type: "end", epoch }, port1);
    });
    port2.close();
    if (ended) return;
    const registration = await this.#registration;
    this.#registration = null;
    // Another page may have been quicker.
    if (worker.state !== "redundant") await registration?.unregister();
  }

  /** This page needs it no longer. The worker goes when no other page does. */
  close(): void {
    if (this.#keeping !== null) clearInterval(this.#keeping);
    this.#keeping = null;
  }

  async #keep(): Promise<void> {
    const { active = null } = (await this.#registration) ?? {};
    if (active !== null && this.#keeping !== null) say(active, { type: "keep" });
  }

  async #worker(): Promise<ServiceWorker> {
    // Asked for once: a registration that failed may succeed the next time.
    this.#registration ??= this.#register().catch((raw: unknown) => {
      this.#registration = null;
      throw raw;
    });
    return activeOf(await this.#registration);
  }

  #register(): Promise<ServiceWorkerRegistration> {
    const { root, container } = this.options;
    trusted ??= trustedScripts("webllm-provider-engine-host", (address) => address.endsWith(`/${SCRIPT}`));
    const script = trusted(new URL(SCRIPT, root).href);
    return container.register(script, { scope: new URL(SCOPE, root).href, type: "module" });
  }
}

/** The worker, once it runs. Rejects where its installation fails. */
function activeOf({ active, waiting, installing }: ServiceWorkerRegistration): Promise<ServiceWorker> {
  if (active !== null) return Promise.resolve(active);
  const worker = waiting ?? installing;
  if (worker === null) return Promise.reject(new Error("The engine's service worker is gone."));
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (worker.state === "activating" || worker.state === "activated") resolve(worker);
      if (worker.state === "redundant")
        reject(new Error("The engine's service worker could not be installed."));
    };
    worker.addEventListener("statechange", look);
    look();
  });
}

function say(worker: ServiceWorker, message: ToHost, ...ports: MessagePort[]): void {
  worker.postMessage(message, ports);
}
