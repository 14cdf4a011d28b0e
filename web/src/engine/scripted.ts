import type {
  CompletionBody,
  EngineIdentity,
  LoadedModel,
  TextCompletionBody,
  WireError,
} from "../protocol/wire";
import { DEFAULT_DIALECT } from "../models/catalogue";
import type { Ending, Engine, LoadOrder, LoadReport, OnText, Vectors } from "./engine";
import { EngineFailure } from "./errors";

/** Several tokens that are said in one text. */
export interface Together {
  text: string;
  pieces: number;
}

/** What one completion does: text to stream, with pauses, then an ending or a failure. */
export interface Script {
  /** A token each, or several of them. */
  deltas: Iterable<string | Together>;
  /** Milliseconds before each delta; 0 is as fast as can be, and lets others run in between. */
  pauseMs?: number;
  /** `abort`: nothing more comes until somebody cancels. */
  end: { reason: Ending["reason"] } | { error: WireError };
}

const SCRIPTED: EngineIdentity = { kind: "scripted", version: "1", device: "none", adapter: null };

/**
 * An engine that replays what it is given, behind the same seam as the real ones: for tests, and for work on the
 * page without a model. It names itself `scripted` wherever an engine is named.
 */
export class ScriptedEngine implements Engine {
  readonly lost: Promise<WireError>;
  /** Loses the model, as a GPU that goes away does. */
  readonly lose: (error: WireError) => void;
  readonly narrowed: Promise<void>;
  /** Answers one completion at a time from now on, as llama.cpp does where there is no memory for a second one. */
  readonly narrow: () => void;
  unloaded = false;

  /** `answer` gives the script of each completion; `loadReports` are shown one by one while it loads. */
  constructor(
    private readonly answer: (body: CompletionBody) => Script,
    private readonly loading: {
      reports?: LoadReport[];
      pauseMs?: number;
      error?: WireError;
      /** Why a load fails, by what is to be loaded; null where it does not. */
      errors?: (order: LoadOrder) => WireError | null;
      /** Whether its answers can be gone on with. */
      continues?: boolean;
    } = {},
  ) {
    let resolve: (error: WireError) => void = () => undefined;
    this.lost = new Promise((settle) => {
      resolve = settle;
    });
    this.lose = resolve;
    let narrow: () => void = () => undefined;
    this.narrowed = new Promise((settle) => {
      narrow = settle;
    });
    this.narrow = narrow;
  }

  async load(
    order: LoadOrder,
    report: (report: LoadReport) => void,
    signal: AbortSignal,
  ): Promise<LoadedModel> {
    for (const step of this.loading.reports ?? []) {
      await pause(this.loading.pauseMs ?? 0, signal);
      report(step);
    }
    await pause(this.loading.pauseMs ?? 0, signal);
    signal.throwIfAborted();
    const error = this.loading.error ?? this.loading.errors?.(order) ?? null;
    if (error !== null) throw new EngineFailure(error);
    const { entry, overrides } = order;
    return {
      id: entry.record.id,
      context_window: overrides?.context_window_size ?? entry.record.context_window ?? 2048,
      dialect: DEFAULT_DIALECT,
      quantization: entry.record.quantization,
      engine: SCRIPTED,
      capabilities: {
        constraint: "none",
        native_tools: false,
        json_schema: false,
        logprobs: false,
        images: false,
        ...(this.loading.continues === true ? { continues: true } : {}),
      },
    };
  }

  async complete(body: CompletionBody, onText: OnText, signal: AbortSignal): Promise<Ending> {
    const startedAt = performance.now();
    const script = this.answer(body);
    let said = 0;
    for (const delta of script.deltas) {
      await pause(script.pauseMs ?? 0, signal);
      if (signal.aborted) break;
      const { text, pieces } = typeof delta === "string" ? { text: delta, pieces: 1 } : delta;
      onText(text, pieces);
      said += pieces;
    }
    if ("reason" in script.end && script.end.reason === "abort") await cancelled(signal);
    if (!signal.aborted && "error" in script.end) throw new EngineFailure(script.end.error);
    return {
      reason: signal.aborted || "error" in script.end ? "abort" : script.end.reason,
      usage: { prompt_tokens: 0, completion_tokens: said, total_tokens: said },
      figures: {
        time_to_first_token_ms: null,
        duration_ms: performance.now() - startedAt,
        prefill_tokens_per_s: null,
        decode_tokens_per_s: null,
        prefilled_tokens: null,
      },
    };
  }

  completeText(body: TextCompletionBody, onText: OnText, signal: AbortSignal): Promise<Ending> {
    return this.complete({ messages: [{ role: "user", content: body.prompt }] }, onText, signal);
  }

  /** As many numbers as nobody needs: the length of the text. */
  embed(texts: readonly string[]): Promise<Vectors> {
    return Promise.resolve({ vectors: texts.map(({ length }) => [length]), promptTokens: 0 });
  }

  unload(): Promise<void> {
    this.unloaded = true;
    return Promise.resolve();
  }
}

/** Waits, or ends early when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0) return turn();
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    if (signal.aborted) done();
    else signal.addEventListener("abort", done);
  });
}

/** One turn of the event loop. A timer would be held to 4 ms by browsers. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

function cancelled(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener("abort", () => {
        resolve();
      });
  });
}
