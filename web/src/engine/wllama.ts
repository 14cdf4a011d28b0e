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
import { failure } from "./errors";
import { Hands } from "./hands";
import { hasMemory64 } from "./memory64";
import type { EngineModules } from "./modules";
import { Outcome, withoutEcho } from "./wllama-outcome";
import { toWllamaRequest, toWllamaText } from "./wllama-request";
import { type LoadParameters, WllamaRuntime } from "./wllama-runtime";

/** Share of a load that is the download. */
const DOWNLOADED = 0.8;

/**
 * llama.cpp compiled to WebAssembly, in a worker of its own beneath this one, on one thread of the CPU.
 *
 * Completions may overlap: then a second llama.cpp computes beside it.
 */
export class WllamaEngine implements Engine {
  readonly lost: Promise<WireError>;
  private runtime!: WllamaRuntime;
  readonly narrowed: Promise<void>;
  private readonly hands: Hands<WllamaRuntime>;
  private embeds = false;

  constructor(private readonly modules: EngineModules) {
    this.lost = new Promise((resolve) => {
      this.runtime = new WllamaRuntime(modules, resolve);
    });
    let narrow: () => void = () => undefined;
    this.narrowed = new Promise((resolve) => {
      narrow = resolve;
    });
    this.hands = new Hands(this.runtime, (signal) => this.runtime.beside(signal), narrow);
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
    const [weights] = await Promise.all([
      order.gguf ?? downloadWeights(entry.gguf.url, report, signal),
      this.runtime.gather(signal),
    ]);
    report({
      stage: "compile",
      fraction: DOWNLOADED,
      loadedBytes: null,
      totalBytes: null,
      text: "Starting the engine",
    });
    const parameters = loadParameters(order);
    let wllama = await this.runtime.load(weights, parameters, signal);
    this.embeds = entry.kind === "embedding";
    if (this.embeds && !namesPooling(wllama))
      wllama = await this.runtime.load(weights, { ...parameters, pooling_type: "mean" }, signal);
    requireContext(entry, wllama);
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
    const { current: wllama } = this.runtime;
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
    const outcome = new Outcome(performance.now());
    try {
      await this.hands.with(signal, async (runtime) => {
        const wllama = await runtime.roomy(signal);
        try {
          await create(wllama, outcome);
        } finally {
          runtime.count(outcome.tokens);
        }
      });
    } catch (raw) {
      // It reports the wish as an error; what was counted until then still holds.
      if (!signal.aborted) throw raw;
      return outcome.ending("abort");
    }
    return outcome.ending(null);
  }

  async unload(): Promise<void> {
    await this.hands.exit();
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
        shares_prefixes: true,
        embeddings: this.embeds,
      },
    };
  }
}

async function downloadWeights(
  url: string,
  report: (report: LoadReport) => void,
  signal: AbortSignal,
): Promise<Blob[]> {
  const weights = await download(url, signal, (loadedBytes, totalBytes) => {
    const share = totalBytes === null ? 0 : loadedBytes / totalBytes;
    const text = "Downloading the model";
    report({ stage: "download", fraction: share * DOWNLOADED, loadedBytes, totalBytes, text });
  });
  return [weights];
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

function requireMemory64(): void {
  if (hasMemory64()) return;
  throw failure(
    "unsupported",
    "The CPU engine needs 64-bit WebAssembly memory, which this browser does not have.",
    "Use a current Chrome, Edge or Firefox.",
  );
}
