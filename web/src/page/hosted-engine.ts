/**
 * The engine in a service worker that all tabs connect to by themselves: no tab leads, and a model stays loaded when
 * its tab is loaded anew.
 */
import type { EngineClient } from "../bridge/client";
import { EngineError } from "../bridge/engine-error";
import type { Present } from "./presence";
import type { ServiceWorkerEngine } from "./service-worker-engine";
import { pageClient, type PageClientOptions, type TabEngine } from "./tab-engine";
import { checkWebGPUSupport } from "./webgpu";

export interface HostedEngineOptions extends PageClientOptions {
  host: Pick<ServiceWorkerEngine, "connect" | "restart">;
}

export class HostedEngine implements TabEngine {
  #client: EngineClient | null = null;
  #epoch: string | null = null;
  #present: Present | null = null;
  #found: "nothing" | "a model" = "nothing";

  constructor(private readonly options: HostedEngineOptions) {}

  /** Whoever finds the engine empty loads a model; after a reload there may be one already. */
  get owns(): boolean {
    return this.#found === "nothing";
  }

  async connection(): Promise<EngineClient> {
    const client = pageClient(await this.connect(), this.#present, this.options);
    this.#client = client;
    void client.ready.then(
      ({ epoch, state }) => {
        this.#epoch = epoch;
        this.#found = state.type === "empty" ? "nothing" : "a model";
      },
      () => undefined,
    );
    return client;
  }

  async connect(): Promise<MessagePort> {
    try {
      return await this.options.host.connect();
    } catch (raw) {
      throw new EngineError({
        code: "worker_died",
        message: `The engine's service worker could not start: ${raw instanceof Error ? raw.message : String(raw)}`,
        hint: "Reload the page, or open it without `host=service-worker`.",
      });
    }
  }

  /** A worker that the browser has ended needs nothing: the next port starts it. One that hangs is ended here. */
  async restart(): Promise<void> {
    if (this.#epoch !== null) await this.options.host.restart(this.#epoch);
  }

  present(present: Present): void {
    this.#present = present;
    this.#client?.present(present);
  }
}

/** Whether an engine can run in a service worker here: it computes on WebGPU alone. */
export async function canBeHosted(scope: Window & typeof globalThis): Promise<boolean> {
  return "serviceWorker" in scope.navigator && (await checkWebGPUSupport(scope)).supported;
}
