import { EngineError } from "../bridge/engine-error";
import type { EventStream } from "../bridge/event-stream";
import { type RoomConnection, WireEngineRoom } from "../page/engine-room";
import type { DeviceWish } from "../page/engine-supervisor";
import type {
  BatchBody,
  BatchFinished,
  BatchItemDone,
  BatchJob,
  CompletionBody,
  CustomModel,
  Embeddings,
  EngineEvent,
  Exported,
  Fetched,
  Finished,
  LadderStatus,
  ModelRecord,
  StoredModels,
  Task,
  TextCompletionBody,
  Verdict,
} from "../protocol/wire";
import { eventsOf, last, type TransferOptions, transferred } from "./streams";

/** A connection that answers as well; `EngineClient` is one. */
export interface CommandConnection extends RoomConnection {
  complete(body: CompletionBody): EventStream;
}

export interface Cancellable {
  signal?: AbortSignal;
}

/** Batches that the engine may send ahead of what was read. */
const CREDIT = 64;

/**
 * Everything that an engine can be asked for beside loading. Calls reject and loops throw with an `EngineError`;
 * leaving a loop early, or aborting its signal, cancels what it reads.
 */
export abstract class EngineCommands {
  /** The connection of now. */
  protected abstract readonly connection: CommandConnection;
  protected abstract readonly device: DeviceWish;

  /** Would this model run here? Nothing is downloaded. */
  assess(model: string): Promise<Verdict> {
    return this.#room.assess(model);
  }

  /** Which models suit a task on this device, best first. */
  recommend(task: Task = "general"): Promise<Verdict[]> {
    return this.#room.recommend(task);
  }

  /** Downloads a model without loading it. Aborting pauses: the next call goes on from there. */
  fetchModel(model: string, options: TransferOptions & { meteredOk?: boolean } = {}): Promise<Fetched> {
    return transferred(this.#room.fetch(model, options.meteredOk ?? false), "fetched", options);
  }

  /** Which models lie in this browser. */
  storedModels(): Promise<StoredModels> {
    return this.#room.stored();
  }

  /** Deletes one model's files, or (null) those of all. */
  deleteStored(model: string | null): Promise<void> {
    return this.#room.deleteStored(model);
  }

  /** Packs a stored model into one file. Its `url` is a blob: URL that lives as long as the engine's worker. */
  exportModel(model: string, options: TransferOptions = {}): Promise<Exported> {
    return transferred(this.#room.exportModel(model), "exported", options);
  }

  /** Stores a model from a file that an export made. */
  async importModel(file: Blob | URL | string, options: TransferOptions = {}): Promise<Fetched> {
    if (!(file instanceof Blob)) return transferred(this.#room.importModel(String(file)), "fetched", options);
    const url = URL.createObjectURL(file);
    try {
      return await transferred(this.#room.importModel(url), "fetched", options);
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  /** Adds a model of the user's own, or replaces it; it is remembered in this browser. */
  addModel(model: CustomModel): Promise<ModelRecord> {
    return this.#room.addModel(model);
  }

  /** Forgets a model of the user's own; its files stay until they are deleted. */
  removeModel(model: string): Promise<void> {
    return this.#room.removeModel(model);
  }

  /** Where the ladder of models stands. */
  ladder(): Promise<LadderStatus> {
    return this.#room.ladder();
  }

  /** Start small, get better. `null` lets the device decide, an empty list stops the ladder. */
  setLadder(models: readonly string[] | null, pinned: string | null = null): Promise<LadderStatus> {
    return this.#room.setLadder(models === null ? null : [...models], pinned);
  }

  /** Answers: the text, piece by piece. Returns how it ended. */
  async *complete(
    body: CompletionBody,
    { signal }: Cancellable = {},
  ): AsyncGenerator<string, Finished, void> {
    return yield* textOf(this.connection.complete(body), signal);
  }

  /** Goes on with a text, without a chat template. Returns how it ended. */
  async *completeText(
    body: TextCompletionBody,
    { signal }: Cancellable = {},
  ): AsyncGenerator<string, Finished, void> {
    const stream = this.connection.stream({ type: "complete_text", body, credit: CREDIT });
    return yield* textOf(stream, signal);
  }

  /** One vector of length 1 for each text, in order. */
  async embed(texts: readonly string[], model?: string): Promise<Embeddings> {
    const [first, ...rest] = texts;
    if (first === undefined) return { type: "embeddings", model: model ?? "", vectors: [], prompt_tokens: 0 };
    const wanted = model === undefined ? {} : { model };
    const result = await this.connection.query({ type: "embed", input: [first, ...rest], ...wanted });
    if (result.type === "embeddings") return result;
    throw unexpected(result.type);
  }

  /**
   * Runs a batch, or goes on with it: every prompt's answer or error, those that are kept first. Aborting pauses.
   * Returns the counts.
   */
  async *batch(
    body: BatchBody,
    { signal }: Cancellable = {},
  ): AsyncGenerator<BatchItemDone, BatchFinished, void> {
    const events = eventsOf(this.connection.stream({ type: "batch", body, credit: CREDIT }), signal);
    try {
      for (let step = await events.next(); ; step = await events.next()) {
        if (step.done === true) return last(step.value, "batch_finished");
        if (step.value.type === "batch_item") yield step.value;
      }
    } finally {
      await leave(events);
    }
  }

  /** The batches that this browser keeps, newest first. */
  async batches(): Promise<BatchJob[]> {
    const result = await this.connection.query({ type: "batches" });
    if (result.type === "batch_jobs") return result.jobs;
    throw unexpected(result.type);
  }

  /** Deletes a batch and its answers. */
  async forgetBatch(job: string): Promise<void> {
    await this.connection.query({ type: "forget_batch", job });
  }

  /** What happens in the engine from now on, until the signal aborts or the loop is left. No text of any message. */
  async *observe({ signal }: Cancellable = {}): AsyncGenerator<EngineEvent, void, void> {
    const events = eventsOf(this.#room.observe(), signal);
    try {
      for await (const event of events) if (event.type === "observed") yield event.event;
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    } finally {
      await leave(events);
    }
  }

  /** A report for a bug report: GPU, limits, versions, last errors, timings; no text of any message. */
  diagnose(): Promise<Record<string, unknown>> {
    return this.#room.diagnose();
  }

  /** Throws the engine's GPU device and its worker away and loads the model again. */
  reset(): Promise<void> {
    return this.#room.reset();
  }

  get #room(): WireEngineRoom {
    return new WireEngineRoom(this.connection, this.device);
  }
}

/** The deltas of an answer; thinking that an engine separates is left out. */
async function* textOf(
  stream: EventStream,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, Finished, void> {
  const events = eventsOf(stream, signal);
  try {
    for (let step = await events.next(); ; step = await events.next()) {
      if (step.done === true) return last(step.value, "finished");
      const event = step.value;
      if (event.type === "delta" && (event.channel ?? "text") === "text") yield event.text;
    }
  } finally {
    await leave(events);
  }
}

/** Runs the generator's own `finally`, also where it was never asked for anything. */
async function leave(events: AsyncGenerator<unknown, unknown, void>): Promise<void> {
  await events.return(undefined);
}

const unexpected = (type: string): EngineError =>
  new EngineError({
    code: "internal",
    message: `The engine answered with "${type}", which was not asked for.`,
  });
