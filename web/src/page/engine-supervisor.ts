/**
 * Keeps an engine and a model there: connects, loads, and after a death starts the worker again, gives
 * Python a new port and loads the model that was loaded.
 */
import type { LoadWishes, OpeningDraft, QueryDraft } from "../bridge/client";
import { ABORTED, EngineError } from "../bridge/engine-error";
import { type EventStream, failedStream } from "../bridge/event-stream";
import type {
  CompletionBody,
  EngineState,
  ModelRecord,
  Priority,
  QueryResult,
  StreamEvent,
  WireError,
} from "../protocol/wire";

export type DeviceWish = "auto" | "webgpu" | "cpu";

/** What happened to the engine, for whoever shows it. */
export type EngineAction =
  | { type: "starts" }
  | { type: "state"; state: EngineState }
  | { type: "load_asked"; model: string }
  | { type: "load_event"; model: string; event: StreamEvent }
  | { type: "behind_failed"; model: string; error: WireError }
  | { type: "died"; error: WireError }
  | { type: "gave_up"; error: WireError };

/** The engine's events for one load: batches until null. */
export interface LoadEvents {
  next(): Promise<StreamEvent[] | null>;
  cancel(): void;
}

/** What the page uses of a connection to the engine worker; `EngineClient` is one. */
export interface EngineConnection {
  readonly ready: Promise<unknown>;
  readonly closed: Promise<WireError>;
  onState(listener: (state: EngineState) => void, signal: AbortSignal): void;
  load(model: string, device: DeviceWish, wishes?: LoadWishes): LoadEvents;
  models(): Promise<ModelRecord[]>;
  query(draft: QueryDraft): Promise<QueryResult>;
  stream(draft: OpeningDraft): EventStream;
  complete(body: CompletionBody, priority?: Priority): EventStream;
  close(): void;
}

export interface SupervisorOptions {
  /** A connection to the engine of now. Rejects with an `EngineError`. */
  connect: () => Promise<EngineConnection>;
  /** Ends the engine and starts another: because it died, or because somebody asked for that. */
  restart: (reason: "died" | "asked") => Promise<void>;
  /** Whether the engine runs in this tab. If not, it is another tab's to load a model again after a death. */
  owns: () => boolean;
  /**
   * Called after a restart, when Python needs a port to the new engine: behind the load, so that what Python asks
   * next finds a model on its way.
   */
  onRestarted: () => void;
  dispatch: (action: EngineAction) => void;
  onModels: (models: ModelRecord[]) => void;
  device: DeviceWish;
  now: () => number;
}

/** What another worker would fail by as well. */
const NO_START_HELPS: readonly WireError["code"][] = ["protocol_mismatch", "unsupported"];

// A worker that dies this often in this time is not helped by another start.
const DEATHS_ALLOWED = 3;
const DEATHS_WINDOW_MS = 5 * 60_000;

/** How long Python waits for another tab to begin its load. */
const LOAD_ELSEWHERE_MS = 10_000;

export class EngineSupervisor {
  #connection: EngineConnection | null = null;
  #life = new AbortController();
  #wanted: string | null = null;
  /** A person chose it: it is loaded whoever owns the engine. */
  #chosen = false;
  #connecting = false;
  #load: LoadEvents | null = null;
  #deaths: number[] = [];

  constructor(private readonly options: SupervisorOptions) {}

  /** Connect, and load nothing until somebody asks for it. */
  open(): void {
    this.#connect();
  }

  /** Connect, and load `model` unless another tab's engine has one. */
  start(model: string): void {
    this.#wanted = model;
    this.#connect();
  }

  /** Load another model in place of the one that is there or on its way; `behind`: that one answers meanwhile. */
  load(model: string, wishes: LoadWishes = {}): void {
    const before = this.#wanted;
    this.#wanted = model;
    this.#load?.cancel();
    const connection = this.#connection;
    const { signal } = this.#life;
    if (connection === null) {
      this.#chosen = true;
      if (!this.#connecting) void this.restart();
    } else if (wishes.behind === true)
      this.#runBehind(connection, signal, { model, before }, wishes).catch(this.#reportUnless(signal));
    else this.#runLoad(connection, signal, model, wishes).catch(this.#reportUnless(signal));
  }

  /** One question to the engine room. Rejects with an `EngineError`. */
  query(draft: QueryDraft): Promise<QueryResult> {
    return this.#connection?.query(draft) ?? Promise.reject(new EngineError(ABSENT));
  }

  /** Opens a stream of the engine room. */
  stream(draft: OpeningDraft): EventStream {
    return this.#connection?.stream(draft) ?? failedStream(ABSENT);
  }

  /** Asks the model that is there: for something beside the chat, which goes first. */
  complete(body: CompletionBody, priority: Priority): EventStream {
    return this.#connection?.complete(body, priority) ?? failedStream(ABSENT);
  }

  /** Ask for the catalogue again: models have come or gone. */
  async refreshModels(): Promise<void> {
    const models = await this.#connection?.models();
    if (models !== undefined) this.options.onModels(models);
  }

  /** Give up the load that runs or waits, and want no model until the next one is named. */
  cancelLoad(): void {
    this.#wanted = null;
    this.#load?.cancel();
  }

  /** Start the worker again because somebody asked for it; earlier deaths are forgotten. */
  async restart(): Promise<void> {
    this.#deaths = [];
    await this.#renew("asked");
  }

  close(): void {
    this.#life.abort();
    this.#load?.cancel();
    this.#connection?.close();
    this.#connection = null;
  }

  #connect(onLoading: () => void = () => undefined): void {
    const life = new AbortController();
    this.#life = life;
    void this.#begin(life.signal, onLoading);
  }

  async #begin(signal: AbortSignal, onLoading: () => void): Promise<void> {
    try {
      const connection = await this.#arrive(signal);
      if (connection === null) return;
      await connection.ready;
      if (signal.aborted) return;
      this.#followState(connection, signal);
      void connection.models().then((models) => {
        if (!signal.aborted) this.options.onModels(models);
      }, this.#reportUnless(signal));
      const model = this.options.owns() || this.#chosen ? this.#wanted : null;
      this.#chosen = false;
      const load = model === null ? null : this.#runLoad(connection, signal, model);
      if (load === null) await this.#loadElsewhere(connection, signal);
      onLoading();
      await load;
    } catch (error) {
      this.#reportUnless(signal)(error);
    }
  }

  /** The next connection; null where nobody wants it any more. */
  async #arrive(signal: AbortSignal): Promise<EngineConnection | null> {
    this.#connecting = true;
    const connection = await this.options.connect().finally(() => {
      if (!signal.aborted) this.#connecting = false;
    });
    if (signal.aborted) {
      connection.close();
      return null;
    }
    this.#connection = connection;
    void connection.closed.then((error) => {
      if (!signal.aborted) void this.#died(error);
    });
    return connection;
  }

  /** Waits until the tab that owns the engine loads what was loaded. */
  #loadElsewhere(connection: EngineConnection, signal: AbortSignal): Promise<void> {
    if (this.#wanted === null) return Promise.resolve();
    return new Promise((resolve) => {
      const life = new AbortController();
      const done = (): void => {
        clearTimeout(timer);
        life.abort();
        resolve();
      };
      const timer = setTimeout(done, LOAD_ELSEWHERE_MS);
      signal.addEventListener("abort", done, { signal: life.signal });
      connection.onState((state) => {
        if (state.type !== "empty") done();
      }, life.signal);
    });
  }

  #followState(connection: EngineConnection, signal: AbortSignal): void {
    connection.onState((state) => {
      if (signal.aborted) return;
      // What another tab has loaded is what is loaded again after a death.
      if (state.type === "ready" && this.#load === null) this.#wanted = state.model.id;
      this.options.dispatch({ type: "state", state });
    }, signal);
  }

  async #runLoad(
    connection: EngineConnection,
    signal: AbortSignal,
    model: string,
    wishes: LoadWishes = {},
  ): Promise<void> {
    this.options.dispatch({ type: "load_asked", model });
    const events = connection.load(model, this.options.device, wishes);
    this.#load = events;
    try {
      for (let batch = await events.next(); batch !== null; batch = await events.next()) {
        // A load that was replaced by another says nothing more about the engine.
        if (signal.aborted || this.#load !== events) return;
        for (const event of batch) this.options.dispatch({ type: "load_event", model, event });
      }
    } finally {
      if (this.#load === events) this.#load = null;
    }
  }

  /** The model that is there stays on the screen: the engine's own state tells how far the other has come. */
  async #runBehind(
    connection: EngineConnection,
    signal: AbortSignal,
    { model, before }: { model: string; before: string | null },
    wishes: LoadWishes,
  ): Promise<void> {
    const events = connection.load(model, this.options.device, wishes);
    this.#load = events;
    try {
      for (let batch = await events.next(); batch !== null; batch = await events.next()) {
        if (signal.aborted || this.#load !== events) return;
        for (const event of batch) {
          if (event.type === "loaded") this.options.dispatch({ type: "load_event", model, event });
          if (event.type === "failure") {
            this.#wanted = before;
            this.options.dispatch({ type: "behind_failed", model, error: event.error });
          }
        }
      }
    } finally {
      if (this.#load === events) this.#load = null;
    }
  }

  /** Rejections that are not this connection's end: the page must hear of them. */
  #reportUnless(signal: AbortSignal): (error: unknown) => void {
    return (error) => {
      if (signal.aborted) return;
      this.options.dispatch({ type: "gave_up", error: toWireError(error) });
    };
  }

  async #died(error: WireError): Promise<void> {
    const now = this.options.now();
    this.#deaths = this.#deaths.filter((at) => now - at < DEATHS_WINDOW_MS);
    // An engine that goes with its tab says nothing about the next one.
    if (this.options.owns()) this.#deaths.push(now);
    this.options.dispatch({ type: "died", error });
    const hopeless = NO_START_HELPS.includes(error.code);
    if (hopeless || this.#deaths.length > DEATHS_ALLOWED) {
      this.close();
      const message = hopeless ? error.message : "The engine stopped several times in a row.";
      this.options.dispatch({
        type: "gave_up",
        error: { ...error, message, details: { ...error.details, last: error.message } },
      });
      return;
    }
    await this.#renew("died");
  }

  async #renew(reason: "died" | "asked"): Promise<void> {
    this.close();
    this.options.dispatch({ type: "starts" });
    try {
      await this.options.restart(reason);
    } catch (error) {
      this.options.dispatch({ type: "gave_up", error: toWireError(error) });
      return;
    }
    this.#connect(this.options.onRestarted);
  }
}

const ABSENT: WireError = { ...ABORTED, message: "The engine is being started. Try again in a moment." };

function toWireError(error: unknown): WireError {
  if (typeof error === "object" && error !== null && "code" in error && "message" in error) {
    return error as WireError;
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "internal", message: `The engine did not start. ${message}` };
}
