import type {
  CompletionBody,
  Device,
  EngineState,
  Load,
  LoadedModel,
  ModelRecord,
  StreamEvent,
  WireError,
} from "../protocol/wire";
import type { Catalogue, CatalogueEntry } from "../models/catalogue";
import type { Engine, LoadReport } from "./engine";
import { bringUp, release, untilAborted, untilLost } from "./engine-life";
import { aborted, type EngineFailure, failure, toWireError, translate } from "./errors";
import { JobQueue } from "./queue";

/** Takes the events of one load or completion; `finish` takes the last one. */
export interface EventSink {
  push(event: StreamEvent): void;
  finish(event: StreamEvent): void;
}

/** Which engine to make for a model, decided before anything that is loaded is touched. */
export interface EngineChoice {
  device: Device;
  create(): Engine;
}

export interface HostOptions {
  catalogue: Catalogue;
  /** Rejects with an `EngineFailure` when the model cannot run here. */
  choose(entry: CatalogueEntry, device: Load["device"]): Promise<EngineChoice>;
}

interface Present {
  engine: Engine;
  model: LoadedModel;
}

/** What a worker computes with: at most one loaded model, one queue, one state. Knows nothing of ports. */
export class EngineHost {
  private present: Present | null = null;
  private loading: { model: string; fraction: number } | null = null;
  private loss: { model: string | null; error: WireError } | null = null;
  /** Why the last load failed: a completion that waited for it has to say so. */
  private lastLoadError: { model: string; error: WireError } | null = null;
  private completions = 0;
  private readonly queue = new JobQueue();
  private readonly listeners = new Set<() => void>();

  constructor(private readonly options: HostOptions) {}

  get state(): EngineState {
    if (this.loading !== null) return { type: "loading", ...this.loading };
    if (this.present !== null) return { type: "ready", model: this.present.model, queued: this.completions };
    if (this.loss !== null) return { type: "lost", ...this.loss };
    return { type: "empty" };
  }

  /** Tells a listener of every change of `state`. Returns what ends that. */
  onState(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  models(): ModelRecord[] {
    return this.options.catalogue.records();
  }

  /** Queues a load. An unknown id is refused before anything is touched. */
  load(id: string, model: string, device: Load["device"], sink: EventSink): void {
    let entry: CatalogueEntry;
    try {
      entry = this.options.catalogue.find(model);
    } catch (raw) {
      sink.finish({ type: "failure", error: toWireError(raw) });
      return;
    }
    this.queue.add({
      id,
      run: (signal) => this.runLoad(entry, device, sink, signal),
      dropped: () => {
        sink.finish({ type: "failure", error: aborted("load").error });
      },
    });
  }

  /** Queues a completion; behind a load it waits for the model. */
  complete(id: string, body: CompletionBody, sink: EventSink): void {
    this.completions += 1;
    this.changed();
    const ended = (): void => {
      this.completions -= 1;
      this.changed();
    };
    this.queue.add({
      id,
      run: (signal) => this.runComplete(body, sink, signal).finally(ended),
      dropped: () => {
        sink.finish({ type: "failure", error: aborted("request").error });
        ended();
      },
    });
  }

  /** Cancels one load or completion, wherever it is. */
  cancel(id: string): boolean {
    return this.queue.cancel(id);
  }

  /** Gives the model's memory back, after what runs and waits. */
  unload(id: string): Promise<void> {
    return new Promise((resolve) => {
      this.queue.add({
        id,
        run: async () => {
          await this.release();
          this.loss = null;
          this.changed();
          resolve();
        },
        dropped: resolve,
      });
    });
  }

  private async runLoad(
    entry: CatalogueEntry,
    device: Load["device"],
    sink: EventSink,
    signal: AbortSignal,
  ): Promise<void> {
    const startedAt = performance.now();
    try {
      const choice = await untilAborted(this.options.choose(entry, device), signal, "load");
      if (this.present?.model.id !== entry.record.id || this.present.model.engine.device !== choice.device) {
        await this.release();
        this.loss = null;
        this.present = await this.start(choice.create(), entry, sink, signal);
      }
      this.loss = this.lastLoadError = null;
      sink.finish({ type: "loaded", model: this.present.model, load_ms: performance.now() - startedAt });
    } catch (raw) {
      const error = toWireError(raw);
      this.lastLoadError = { model: entry.record.id, error };
      sink.finish({ type: "failure", error });
    } finally {
      this.loading = null;
      this.changed();
    }
  }

  private async start(
    engine: Engine,
    entry: CatalogueEntry,
    sink: EventSink,
    signal: AbortSignal,
  ): Promise<Present> {
    const report = (progress: LoadReport): void => {
      this.progress(entry, sink, progress);
    };
    report({
      stage: "prepare",
      fraction: 0,
      loadedBytes: null,
      totalBytes: null,
      text: "Preparing the engine",
    });
    const model = await bringUp(engine, { entry }, report, signal);
    void engine.lost.then((error) => {
      this.lose(engine, error);
    });
    return { engine, model };
  }

  private progress(entry: CatalogueEntry, sink: EventSink, report: LoadReport): void {
    this.loading = { model: entry.record.id, fraction: report.fraction };
    sink.push({
      type: "progress",
      stage: report.stage,
      fraction: report.fraction,
      loaded_bytes: report.loadedBytes,
      total_bytes: report.totalBytes,
      text: report.text,
    });
    this.changed();
  }

  private async runComplete(body: CompletionBody, sink: EventSink, signal: AbortSignal): Promise<void> {
    const present = this.present;
    if (present === null || (body.model !== undefined && body.model !== present.model.id)) {
      sink.finish({ type: "failure", error: this.absence(body.model).error });
      return;
    }
    const { engine, model } = present;
    sink.push({ type: "started", model: model.id, engine: model.engine });
    try {
      const answering = engine.complete(
        body,
        (text) => {
          sink.push({ type: "delta", text });
        },
        signal,
      );
      sink.finish({ type: "finished", ...(await untilLost(engine, answering)) });
    } catch (raw) {
      const { error, fatal } = translate(raw);
      sink.finish({ type: "failure", error });
      if (fatal) this.lose(engine, error);
    }
  }

  /** Why there is no model for a completion. */
  private absence(wanted: string | undefined): EngineFailure {
    if (this.present !== null) {
      const loaded = this.present.model.id;
      return failure(
        "model_not_loaded",
        `The request is for ${wanted ?? ""}, but ${loaded} is loaded.`,
        "Load the model first, or leave the model out of the request.",
        { wanted, loaded },
      );
    }
    if (this.loss !== null) {
      return failure(
        "model_not_loaded",
        `The model was lost: ${this.loss.error.message}`,
        "Load the model again.",
        { cause: this.loss.error.code },
      );
    }
    if (this.lastLoadError !== null) {
      const { model, error } = this.lastLoadError;
      return failure(
        "model_not_loaded",
        `The model ${model} did not load: ${error.message}`,
        error.hint ?? "Load a model first.",
        { wanted: model, cause: error.code },
      );
    }
    return failure("model_not_loaded", "No model is loaded.", "Load a model first.");
  }

  private lose(engine: Engine, error: WireError): void {
    if (this.present?.engine !== engine) return;
    this.loss = { model: this.present.model.id, error };
    this.present = null;
    this.changed();
    void release(engine);
  }

  private async release(): Promise<void> {
    const engine = this.present?.engine;
    this.present = null;
    if (engine !== undefined) await release(engine);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
