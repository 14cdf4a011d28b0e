import type { CompletionBody, Finished, LoadedModel, LoadStage, WireError } from "../protocol/wire";
import type { CatalogueEntry } from "../models/catalogue";

/** How far a load is. `fraction` is of the whole load, 0 to 1. */
export interface LoadReport {
  stage: LoadStage;
  fraction: number;
  loadedBytes: number | null;
  totalBytes: number | null;
  text: string;
}

/** How an answer ended: the `finished` event without its type. */
export type Ending = Omit<Finished, "type">;

/**
 * One engine with at most one model, made for one load and thrown away with it.
 *
 * The queue sees to it that `load`, `complete` and `unload` never overlap. Whatever they throw is turned into
 * a wire error by `toWireError`; an engine that knows better throws an `EngineFailure`.
 */
export interface Engine {
  /**
   * Makes the model ready and says what it is.
   *
   * When `signal` aborts it gives up its device and rejects, maybe late: what a browser compiles cannot be
   * interrupted. Another engine may be loading by then.
   */
  load(
    entry: CatalogueEntry,
    report: (report: LoadReport) => void,
    signal: AbortSignal,
  ): Promise<LoadedModel>;

  /**
   * Answers one body, text by text. When `signal` aborts it resolves with reason `abort` and what was counted.
   */
  complete(body: CompletionBody, onText: (text: string) => void, signal: AbortSignal): Promise<Ending>;

  /** Gives memory and devices back; also after a failure, also twice. */
  unload(): Promise<void>;

  /** Resolves when the model is gone without anybody having asked for it: a lost device, a crashed runtime. */
  readonly lost: Promise<WireError>;
}
