import type { Wllama } from "@wllama/wllama";
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
import { EngineFailure, failure, translate } from "./errors";
import { KeptStates } from "./kept-states";
import { hasMemory64 } from "./memory64";
import type { EngineModules } from "./modules";
import { trustNestedBlobs } from "./nested-blobs";
import { Outcome, withoutEcho } from "./wllama-outcome";
import { toWllamaRequest, toWllamaText } from "./wllama-request";

/** Share of a load that is the download. */
const DOWNLOADED = 0.8;

/** llama.cpp compiled to WebAssembly, in a worker of its own beneath this one, on one thread of the CPU. */
export class WllamaEngine implements Engine {
  readonly lost: Promise<WireError>;
  private lose!: (error: WireError) => void;
  private wllama: Wllama | null = null;
  private embeds = false;
  /** What it takes to begin anew with the same model. */
  private ingredients: Ingredients | null = null;
  private states = new KeptStates(Infinity);
  private renewal: Promise<Wllama> | null = null;

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
    const ingredients = { runtime: await this.runtime(signal), weights, parameters: loadParameters(order) };
    let wllama = await this.begin(ingredients, signal);
    this.embeds = entry.kind === "embedding";
    if (this.embeds && !namesPooling(wllama)) {
      await wllama.exit();
      ingredients.parameters = { ...ingredients.parameters, pooling_type: "mean" };
      wllama = await this.begin(ingredients, signal);
    }
    requireContext(entry, wllama);
    this.ingredients = ingredients;
    return this.describe(entry, wllama);
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
    if (this.wllama === null) throw failure("model_not_loaded", "No model is loaded.");
    const outcome = new Outcome(performance.now());
    let begun = false;
    try {
      const wllama = await this.roomy(this.wllama, signal);
      begun = true;
      await create(wllama, outcome);
    } catch (raw) {
      // It reports the wish as an error; what was counted until then still holds.
      if (!signal.aborted) throw raw;
      return outcome.ending("abort");
    } finally {
      if (begun) this.states.count(outcome.tokens);
    }
    return outcome.ending(null);
  }

  /** One with room for the states of what it is asked: where too many are kept, a new one in its place. */
  private async roomy(wllama: Wllama, signal: AbortSignal): Promise<Wllama> {
    if (this.states.full) this.renewal ??= this.renew(wllama);
    // The wait may be given up; what begins anew goes on, for the next request.
    return this.renewal === null ? wllama : untilAborted(this.renewal, signal, "answer");
  }

  private async renew(old: Wllama): Promise<Wllama> {
    try {
      if (this.ingredients === null) throw failure("model_not_loaded", "No model is loaded.");
      await old.exit();
      const renewed = await this.begin(this.ingredients, new AbortController().signal);
      this.renewal = null;
      return renewed;
    } catch (raw) {
      throw new EngineFailure(translate(raw).error, true);
    }
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

  private async begin({ runtime, weights, parameters }: Ingredients, signal: AbortSignal): Promise<Wllama> {
    const address = URL.createObjectURL(runtime);
    try {
      const wllama = await this.start(address, signal);
      // A worker that was terminated settles nothing any more.
      await untilAborted(wllama.loadModel(weights, parameters), signal, "load");
      this.states = new KeptStates(wllama.getLoadedContextInfo().n_ctx);
      return wllama;
    } finally {
      URL.revokeObjectURL(address);
    }
  }

  private async start(wasmUrl: string, signal: AbortSignal): Promise<Wllama> {
    const { Wllama } = await this.modules.wllama(signal);
    trustNestedBlobs();
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

interface Ingredients {
  runtime: Blob;
  weights: Blob[];
  parameters: LoadParameters;
}

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
