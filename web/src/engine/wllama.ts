import type { ResultTimings, Wllama } from "@wllama/wllama";
import type {
  CompletionBody,
  EngineIdentity,
  LoadedModel,
  TextCompletionBody,
  WireError,
} from "../protocol/wire";
import { requireBlobAccess } from "./blob-access";
import { type CatalogueEntry, DEFAULT_DIALECT } from "../models/catalogue";
import { download } from "./download";
import type { Ending, Engine, LoadOrder, LoadReport, OnText, Vectors } from "./engine";
import { untilAborted } from "./engine-life";
import { failure } from "./errors";
import { hasMemory64 } from "./memory64";
import type { EngineModules } from "./modules";
import { toWllamaRequest, toWllamaText } from "./wllama-request";

/** Share of a load that is the download. */
const DOWNLOADED = 0.8;

/** llama.cpp compiled to WebAssembly, in a worker of its own beneath this one, on one thread of the CPU. */
export class WllamaEngine implements Engine {
  readonly lost: Promise<WireError>;
  private lose!: (error: WireError) => void;
  private wllama: Wllama | null = null;
  private embeds = false;

  constructor(private readonly modules: EngineModules) {
    this.lost = new Promise((resolve) => {
      this.lose = resolve;
    });
  }

  async load(
    order: LoadOrder,
    report: (report: LoadReport) => void,
    signal: AbortSignal,
  ): Promise<LoadedModel> {
    const { entry } = order;
    if (entry.gguf === undefined)
      throw failure("unsupported", `${entry.record.id} has no build for the CPU.`);
    requireMemory64();
    await requireBlobAccess();
    const weights = order.gguf ?? [await downloadWeights(entry.gguf.url, report, signal)];
    report({
      stage: "compile",
      fraction: DOWNLOADED,
      loadedBytes: null,
      totalBytes: null,
      text: "Starting the engine",
    });
    const runtime = URL.createObjectURL(await this.runtime(signal));
    try {
      const parameters = loadParameters(order);
      let wllama = await this.begin(runtime, weights, parameters, signal);
      this.embeds = entry.kind === "embedding";
      if (this.embeds && !namesPooling(wllama)) {
        await wllama.exit();
        wllama = await this.begin(runtime, weights, { ...parameters, pooling_type: "mean" }, signal);
      }
      requireContext(entry, wllama);
      return this.describe(entry, wllama);
    } finally {
      URL.revokeObjectURL(runtime);
    }
  }

  async complete(body: CompletionBody, onText: OnText, signal: AbortSignal): Promise<Ending> {
    const request = toWllamaRequest(body);
    const behind = withoutEcho(body.continue_text ?? "");
    return this.answer(signal, (wllama, outcome) =>
      wllama.createChatCompletion({
        ...request,
        stream: true,
        abortSignal: signal,
        onData: (chunk) => {
          outcome.take(chunk, behind(chunk.choices[0]?.delta.content ?? ""), onText);
        },
      }),
    );
  }

  async completeText(body: TextCompletionBody, onText: OnText, signal: AbortSignal): Promise<Ending> {
    return this.answer(signal, (wllama, outcome) =>
      wllama.createCompletion({
        ...toWllamaText(body),
        stream: true,
        abortSignal: signal,
        onData: (chunk) => {
          outcome.take(chunk, chunk.choices[0]?.text ?? "", onText);
        },
      }),
    );
  }

  async embed(texts: readonly string[], signal: AbortSignal): Promise<Vectors> {
    const { wllama } = this;
    if (wllama === null) throw failure("model_not_loaded", "No model is loaded.");
    if (!this.embeds) {
      throw failure("unsupported", "The loaded model gives no vectors.", "Load an embedding model.");
    }
    const found: Vectors = { vectors: [], promptTokens: 0 };
    for (const text of texts) {
      signal.throwIfAborted();
      // One at a time: asked for several at once, it gives the first and never comes back for the others.
      const { data, usage } = await wllama.createEmbedding({ input: text, encoding_format: "float" });
      found.vectors.push(...data.map(({ embedding }) => embedding as number[]));
      found.promptTokens += usage.prompt_tokens;
    }
    return found;
  }

  private async answer(
    signal: AbortSignal,
    create: (wllama: Wllama, outcome: Outcome) => Promise<void>,
  ): Promise<Ending> {
    const { wllama } = this;
    if (wllama === null) throw failure("model_not_loaded", "No model is loaded.");
    const outcome = new Outcome(performance.now());
    try {
      await create(wllama, outcome);
    } catch (raw) {
      // It reports the wish as an error; what was counted until then still holds.
      if (!signal.aborted) throw raw;
      return outcome.ending("abort");
    }
    return outcome.ending(null);
  }

  async unload(): Promise<void> {
    const { wllama } = this;
    this.wllama = null;
    await wllama?.exit();
  }

  /** Fetched and looked at here: left to itself, wllama waits for ever for a runtime that is not there. */
  private async runtime(signal: AbortSignal): Promise<Blob> {
    const wasm = await this.modules.wllamaWasm(signal);
    const magic = new Uint8Array(await wasm.slice(0, WASM_MAGIC.length).arrayBuffer());
    if (WASM_MAGIC.every((byte, index) => magic[index] === byte))
      return new Blob([wasm], { type: "application/wasm" });
    throw failure("integrity_failed", "The CPU engine's file is not WebAssembly.", "Reload the page.");
  }

  private async begin(
    runtime: string,
    weights: Blob[],
    parameters: LoadParameters,
    signal: AbortSignal,
  ): Promise<Wllama> {
    const wllama = await this.start(runtime, signal);
    // A worker that was terminated settles nothing any more.
    await untilAborted(wllama.loadModel(weights, parameters), signal, "load");
    return wllama;
  }

  private async start(wasmUrl: string, signal: AbortSignal): Promise<Wllama> {
    const { Wllama } = await this.modules.wllama(signal);
    const wllama = new Wllama(
      { default: wasmUrl },
      {
        suppressNativeLog: true,
        logger: {
          debug: () => undefined,
          log: () => undefined,
          warn: () => undefined,
          error: (...what: unknown[]) => {
            this.complain(what);
          },
        },
      },
    );
    // Never its build from a CDN.
    wllama.setCompat(null);
    this.wllama = wllama;
    return wllama;
  }

  /** Its logger is also where a crash of its worker ends up: as an event, with every call left waiting. */
  private complain(what: unknown[]): void {
    console.error("wllama:", ...what);
    const [first] = what;
    if (!(first instanceof Event)) return;
    const raw = first instanceof ErrorEvent ? first.message : first.type;
    this.lose({
      code: "engine_failed",
      message: "The CPU engine crashed.",
      hint: "Load the model again.",
      details: { raw },
    });
  }

  private get identity(): EngineIdentity {
    return { kind: "wllama", version: this.modules.versions.wllama, device: "cpu", adapter: null };
  }

  private describe(entry: CatalogueEntry, wllama: Wllama): LoadedModel {
    return {
      id: entry.record.id,
      context_window: wllama.getLoadedContextInfo().n_ctx,
      dialect: DEFAULT_DIALECT,
      quantization: entry.record.quantization,
      engine: this.identity,
      capabilities: {
        constraint: "grammar",
        native_tools: false,
        json_schema: true,
        logprobs: false,
        images: false,
        // It refuses to go on with an answer of a model that may think first.
        continues: !this.embeds && !(wllama.getChatTemplate() ?? "").includes("enable_thinking"),
        embeddings: this.embeds,
      },
    };
  }
}

function downloadWeights(
  url: string,
  report: (report: LoadReport) => void,
  signal: AbortSignal,
): Promise<Blob> {
  return download(url, signal, (loadedBytes, totalBytes) => {
    const share = totalBytes === null ? 0 : loadedBytes / totalBytes;
    const text = "Downloading the model";
    report({ stage: "download", fraction: share * DOWNLOADED, loadedBytes, totalBytes, text });
  });
}

type LoadParameters = Parameters<Wllama["loadModel"]>[1];

/** A model that was made for vectors says how those of its tokens become one; without that llama.cpp gives none. */
const namesPooling = (wllama: Wllama): boolean =>
  Object.keys(wllama.getModelMetadata().meta).some((key) => key.endsWith(".pooling_type"));

function loadParameters({ entry, overrides }: LoadOrder): LoadParameters {
  const context = overrides?.context_window_size ?? entry.record.context_window;
  return {
    n_gpu_layers: 0,
    n_threads: 1,
    n_parallel: 1,
    ...(context === null ? {} : { n_ctx: context }),
    ...(entry.kind === "embedding" ? { embeddings: true } : {}),
    // The raw text is wanted: what it means is Python's affair. `skip_chat_parsing` is no way to get it: it
    // drops leading blanks and the grammar of a response_format.
    jinja: true,
    reasoning_format: "none",
  };
}

/** llama.cpp takes a file whose header is garbage, and falls over it at the first question. */
function requireContext({ record }: CatalogueEntry, wllama: Wllama): void {
  if (wllama.getLoadedContextInfo().n_ctx > 0) return;
  throw failure(
    "integrity_failed",
    `The file of ${record.id} is no model that the CPU engine can read.`,
    "Delete the model from the cache and download it again.",
  );
}

const WASM_MAGIC = [0, 0x61, 0x73, 0x6d];

function requireMemory64(): void {
  if (hasMemory64()) return;
  throw failure(
    "unsupported",
    "The CPU engine needs 64-bit WebAssembly memory, which this browser does not have.",
    "Use a current Chrome, Edge or Firefox.",
  );
}

/** Takes out what an answer that is continued begins with: llama.cpp repeats it. */
function withoutEcho(said: string): (text: string) => string {
  let echo = said;
  return (text) => {
    if (echo === "") return text;
    const repeated = text.startsWith(echo) ? echo : echo.startsWith(text) ? text : "";
    echo = repeated === "" && text !== "" ? "" : echo.slice(repeated.length);
    return text.slice(repeated.length);
  };
}

/** What the chunks of its two endpoints have in common. */
interface AnyChunk {
  choices: { finish_reason?: string | null }[];
  timings?: ResultTimings | undefined;
}

/** What the chunks of one answer add up to. */
class Outcome {
  private reason: Ending["reason"] = "stop";
  private firstTokenMs: number | null = null;
  private timings: ResultTimings | undefined;

  constructor(private readonly startedAt: number) {}

  take(chunk: AnyChunk, text: string, onText: OnText): void {
    if (text !== "") {
      this.firstTokenMs ??= performance.now() - this.startedAt;
      onText(text);
    }
    if (chunk.choices[0]?.finish_reason === "length") this.reason = "length";
    this.timings = chunk.timings ?? this.timings;
  }

  ending(reason: "abort" | null): Ending {
    const prefilled = this.timings?.prompt_n ?? 0;
    const prompt = prefilled + (this.timings?.cache_n ?? 0);
    const answered = this.timings?.predicted_n ?? 0;
    return {
      reason: reason ?? this.reason,
      usage: { prompt_tokens: prompt, completion_tokens: answered, total_tokens: prompt + answered },
      figures: {
        time_to_first_token_ms: this.firstTokenMs,
        duration_ms: performance.now() - this.startedAt,
        prefill_tokens_per_s: positive(this.timings?.prompt_per_second),
        decode_tokens_per_s: positive(this.timings?.predicted_per_second),
        prefilled_tokens: this.timings === undefined ? null : prefilled,
      },
    };
  }
}

/** A rate of nothing in no time is no rate. */
function positive(rate: number | undefined): number | null {
  return rate !== undefined && Number.isFinite(rate) && rate > 0 ? rate : null;
}
