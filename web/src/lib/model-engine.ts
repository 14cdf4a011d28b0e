import { EngineClient } from "../bridge/client";
import { ABORTED, EngineError } from "../bridge/engine-error";
import { type DeviceWish, type EngineAction, EngineSupervisor } from "../page/engine-supervisor";
import type {
  CustomModel,
  EngineState,
  LoadedModel,
  ModelRecord,
  Progress,
  WireError,
} from "../protocol/wire";
import { type CommandConnection, EngineCommands } from "./engine-commands";
import type { RunningEngine } from "./start-engine";

export interface ModelEngineOptions {
  engine: RunningEngine;
  device: DeviceWish;
  /** Hears the progress of every load, also of one after a restart. */
  onProgress?: (progress: Progress) => void;
  /** Called when a fresh worker has taken the place of one that died: others need new ports. */
  onRestarted?: () => void;
}

interface WaitingLoad {
  model: string;
  resolve: (model: LoadedModel) => void;
  reject: (error: unknown) => void;
}

/** An engine with a model in it, which is started again and loaded again when its worker or the GPU is lost. */
export class ModelEngine extends EngineCommands {
  readonly #supervisor: EngineSupervisor;
  readonly #listeners = new Set<() => void>();
  #client: EngineClient;
  #state: EngineState = { type: "empty" };
  #progress: Progress | null = null;
  #models: readonly ModelRecord[] = [];
  #waiting: WaitingLoad | null = null;

  constructor(private readonly options: ModelEngineOptions) {
    super();
    const { engine } = options;
    const connect = (): EngineClient => new EngineClient(engine.connect(), { locks: navigator.locks });
    // What is asked for before the worker has answered waits in here.
    let first: EngineClient | null = (this.#client = connect());
    this.#supervisor = new EngineSupervisor({
      connect: () => {
        this.#client = first ?? connect();
        first = null;
        return Promise.resolve(this.#client);
      },
      owns: () => true,
      restart: () => {
        engine.restart();
        return Promise.resolve();
      },
      onRestarted: () => options.onRestarted?.(),
      dispatch: (action) => {
        this.#heard(action);
      },
      onModels: (models) => {
        this.#models = models;
        this.#changed();
      },
      device: options.device,
      now: Date.now,
    });
    this.#supervisor.open();
  }

  /** What the engine last said of itself. */
  get state(): EngineState {
    return this.#state;
  }

  /** The catalogue: every id that can be loaded. Empty until the engine has answered for the first time. */
  get models(): readonly ModelRecord[] {
    return this.#models;
  }

  /** How far the load is that runs; null while none does. */
  get progress(): Progress | null {
    return this.#progress;
  }

  /** Tells a listener of every change of `state`, `models` or `progress`. Returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Loads a model in place of the one that is there. Rejects with an `EngineError`; a load that another one
   * replaces, or that `signal` gives up, with `aborted`.
   */
  load(model: string, signal?: AbortSignal): Promise<LoadedModel> {
    this.#settle(ABORTED);
    if (signal?.aborted === true) return Promise.reject(new EngineError(ABORTED));
    const loaded = new Promise<LoadedModel>((resolve, reject) => {
      this.#waiting = { model, resolve, reject };
    });
    const abort = (): void => {
      if (this.#waiting?.model !== model) return;
      this.#supervisor.cancelLoad();
      this.#settle(ABORTED);
    };
    signal?.addEventListener("abort", abort, { once: true });
    this.#supervisor.load(model);
    return loaded.finally(() => {
      signal?.removeEventListener("abort", abort);
    });
  }

  /** Gives the model's memory back. */
  async unload(): Promise<void> {
    this.#supervisor.cancelLoad();
    this.#settle(ABORTED);
    await this.#client.unload();
  }

  /** Adds a model of the user's own, or replaces it; it is remembered in this browser. */
  override async addModel(model: CustomModel): Promise<ModelRecord> {
    const record = await super.addModel(model);
    await this.#supervisor.refreshModels();
    return record;
  }

  /** Forgets a model of the user's own; its files stay until they are deleted. */
  override async removeModel(model: string): Promise<void> {
    await super.removeModel(model);
    await this.#supervisor.refreshModels();
  }

  /** Ends the worker. */
  close(): void {
    this.#supervisor.close();
    this.options.engine.close();
    this.#settle(ABORTED);
  }

  protected get connection(): CommandConnection {
    return this.#client;
  }

  protected get device(): DeviceWish {
    return this.options.device;
  }

  #heard(action: EngineAction): void {
    this.#take(action);
    this.#changed();
  }

  #take(action: EngineAction): void {
    switch (action.type) {
      case "state":
        this.#state = action.state;
        if (action.state.type !== "loading") this.#progress = null;
        return;
      case "died":
        this.#state = { type: "lost", model: this.#waiting?.model ?? null, error: action.error };
        return;
      case "gave_up":
        this.#state = { type: "lost", model: this.#waiting?.model ?? null, error: action.error };
        this.#settle(action.error);
        return;
      case "load_event":
        this.#loadEvent(action);
        return;
      case "starts":
      case "load_asked":
      case "behind_failed":
        return;
      default:
        action satisfies never;
    }
  }

  #loadEvent({ model, event }: Extract<EngineAction, { type: "load_event" }>): void {
    if (event.type === "progress") {
      this.#progress = event;
      this.options.onProgress?.(event);
    }
    if (this.#waiting?.model !== model) return;
    if (event.type === "failure") this.#settle(event.error);
    if (event.type === "loaded") {
      this.#waiting.resolve(event.model);
      this.#waiting = null;
    }
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #settle(error: WireError): void {
    this.#waiting?.reject(new EngineError(error));
    this.#waiting = null;
  }
}
