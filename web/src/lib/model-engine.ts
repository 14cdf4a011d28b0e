import { EngineClient } from "../bridge/client";
import { ABORTED, EngineError } from "../bridge/engine-error";
import { type DeviceWish, type EngineAction, EngineSupervisor } from "../page/engine-supervisor";
import type { EngineState, LoadedModel, ModelRecord, Progress, WireError } from "../protocol/wire";
import type { RunningEngine } from "./start-engine";

export interface ModelEngineOptions {
  engine: RunningEngine;
  device: DeviceWish;
  /** Hears the progress of every load, also of one after a restart. */
  onProgress: (progress: Progress) => void;
  /** Called when a fresh worker has taken the place of one that died: others need new ports. */
  onRestarted: () => void;
}

interface WaitingLoad {
  model: string;
  resolve: (model: LoadedModel) => void;
  reject: (error: unknown) => void;
}

/** An engine with a model in it, which is started again and loaded again when its worker or the GPU is lost. */
export class ModelEngine {
  readonly #supervisor: EngineSupervisor;
  #state: EngineState = { type: "empty" };
  #models: readonly ModelRecord[] = [];
  #waiting: WaitingLoad | null = null;
  #started = false;

  constructor(private readonly options: ModelEngineOptions) {
    const { engine } = options;
    this.#supervisor = new EngineSupervisor({
      connect: () => Promise.resolve(new EngineClient(engine.connect(), { locks: navigator.locks })),
      owns: () => true,
      restart: () => {
        engine.restart();
        return Promise.resolve();
      },
      onRestarted: options.onRestarted,
      dispatch: (action) => {
        this.#heard(action);
      },
      onModels: (models) => {
        this.#models = models;
      },
      device: options.device,
      now: Date.now,
    });
  }

  /** What the engine last said of itself. */
  get state(): EngineState {
    return this.#state;
  }

  /** The catalogue: every id that can be loaded. Empty until the engine has answered for the first time. */
  get models(): readonly ModelRecord[] {
    return this.#models;
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
    if (this.#started) this.#supervisor.load(model);
    else this.#supervisor.start(model);
    this.#started = true;
    return loaded.finally(() => {
      signal?.removeEventListener("abort", abort);
    });
  }

  /** Ends the worker. */
  close(): void {
    this.#supervisor.close();
    this.options.engine.close();
    this.#settle(ABORTED);
  }

  #heard(action: EngineAction): void {
    switch (action.type) {
      case "state":
        this.#state = action.state;
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
    if (event.type === "progress") this.options.onProgress(event);
    if (this.#waiting?.model !== model) return;
    if (event.type === "failure") this.#settle(event.error);
    if (event.type === "loaded") {
      this.#waiting.resolve(event.model);
      this.#waiting = null;
    }
  }

  #settle(error: WireError): void {
    this.#waiting?.reject(new EngineError(error));
    this.#waiting = null;
  }
}
