import type {
  CompletionBody,
  Finished,
  LoadedModel,
  LoadStage,
  ModelOverrides,
  TextCompletionBody,
  WireError,
} from "../protocol/wire";
import type { CatalogueEntry } from "../models/catalogue";

/** How far a load is. `fraction` is of the whole load, 0 to 1. */
export interface LoadReport {
  stage: LoadStage;
  fraction: number;
  loadedBytes: number | null;
  totalBytes: number | null;
  text: string;
  /** Of a download. */
  bytesPerS?: number | null;
  remainingS?: number | null;
}

/** What to load. It crosses to another worker: plain values only. */
export interface LoadOrder {
  entry: CatalogueEntry;
  /** Values of the model's own configuration that are taken instead. */
  overrides?: ModelOverrides;
  /** The weights of the CPU engine, where somebody has fetched them already; more than one where they are split. */
  gguf?: Blob[];
}

/** How an answer ended: the `finished` event without its type. */
export type Ending = Omit<Finished, "type">;

/** One vector for each text, in order. */
export interface Vectors {
  vectors: number[][];
  promptTokens: number;
}

/** Takes an answer's text, piece by piece, or `pieces` of them in one text; one when absent. */
export type OnText = (text: string, pieces?: number) => void;

/**
 * One engine with at most one model, made for one load and thrown away with it.
 *
 * The queue sees to it that its calls never overlap, but for completions where the engine was chosen for several
 * lanes. Whatever they throw is turned into a wire error by `translate`; an engine that knows better throws an
 * `EngineFailure`.
 */
export interface Engine {
  /**
   * Makes the model ready and says what it is.
   *
   * When `signal` aborts it gives up its device and rejects, maybe late: what a browser compiles cannot be
   * interrupted. Another engine may be loading by then.
   */
  load(order: LoadOrder, report: (report: LoadReport) => void, signal: AbortSignal): Promise<LoadedModel>;

  /**
   * Answers one body, text by text. When `signal` aborts it resolves with reason `abort` and what was counted.
   */
  complete(body: CompletionBody, onText: OnText, signal: AbortSignal): Promise<Ending>;

  /** Goes on with a text, without a chat template. Rejects with `unsupported` where the model cannot. */
  completeText(body: TextCompletionBody, onText: OnText, signal: AbortSignal): Promise<Ending>;

  /** The vectors of texts. Rejects with `unsupported` where the model has none. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Vectors>;

  /** Gives memory and devices back; also after a failure, also twice. */
  unload(): Promise<void>;

  /** Resolves when the model is gone without anybody having asked for it: a lost device, a crashed or hung worker. */
  readonly lost: Promise<WireError>;

  /** Resolves where it turns out to answer one completion at a time, though it was chosen for several lanes. */
  readonly narrowed?: Promise<void>;
}
