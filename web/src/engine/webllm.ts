import type { InitProgressReport, MLCEngine } from "@mlc-ai/web-llm";
import type {
  CompletionBody,
  EngineIdentity,
  LoadedModel,
  ModelOverrides,
  TextCompletionBody,
  WireError,
} from "../protocol/wire";
import { type CatalogueEntry, DEFAULT_DIALECT } from "../models/catalogue";
import type { Ending, Engine, LoadOrder, LoadReport, OnText, Vectors } from "./engine";
import { aborted, EngineFailure, failure, toWireError } from "./errors";
import type { EngineModules } from "./modules";
import { compileSeldomRunLater } from "./seldom-run";
import { cachedTokens, promptTokens, wholeOverflow } from "./webllm-cache";
import { type TemplateFacts, toWebLLMContinuation, toWebLLMRequest, toWebLLMText } from "./webllm-request";
import { readModelConfig } from "./webllm-config";
import { type AnyChunk, deltaText, Outcome, plainText } from "./webllm-outcome";
import { webllmProgress } from "./webllm-progress";
import { describeAdapter, onDevice } from "./webgpu-watch";

/** WebLLM on WebGPU, in this very worker. */
export class WebLLMEngine implements Engine {
  readonly lost: Promise<WireError>;

  private engine: MLCEngine | null = null;
  private adapter: string | null = null;
  private modelId = "";
  private template: TemplateFacts = { templatedRoles: new Set(), vision: false, conversation: null };
  /** The first complaint of the GPU since the last look: WebGPU reports errors past the call that made them. */
  private fault: GPUError | null = null;
  private lose!: (error: WireError) => void;
  private stopWatching: () => void = () => undefined;
  private device: GPUDevice | null = null;
  /** True once nobody wants the model any more: its device may go. */
  private discarded = false;

  constructor(private readonly modules: EngineModules) {
    this.lost = new Promise((resolve) => {
      this.lose = resolve;
    });
  }

  async load(
    { entry, overrides }: LoadOrder,
    report: (report: LoadReport) => void,
    signal: AbortSignal,
  ): Promise<LoadedModel> {
    const record = overridden(entry.webllm, overrides);
    if (record === undefined) throw failure("unsupported", `${entry.record.id} has no build for WebGPU.`);
    const { MLCEngine } = await this.modules.webllm(signal);
    signal.throwIfAborted();
    this.stopWatching = onDevice((adapter, device) => {
      this.watch(adapter, device);
    });
    const progress = webllmProgress(entry.record.download_bytes);
    const engine = new MLCEngine({
      appConfig: { model_list: [record] },
      logLevel: "WARN",
      initProgressCallback: (raw: InitProgressReport) => {
        report(progress(raw));
      },
    });
    this.engine = engine;
    this.modelId = record.model_id;
    await this.reload(engine, record.model_id, signal);
    const config = await readModelConfig(record);
    const { templatedRoles, conversation } = config;
    this.template = { templatedRoles, conversation, vision: entry.kind === "vision" };
    return {
      id: record.model_id,
      context_window: config.contextWindow,
      dialect: DEFAULT_DIALECT,
      quantization: config.quantization ?? entry.record.quantization,
      engine: this.identity,
      capabilities: {
        constraint: "structural_tag",
        native_tools: false,
        json_schema: true,
        logprobs: false,
        images: entry.kind === "vision",
        continues: conversation !== null && entry.kind === "text",
        // Its cache holds one conversation: it cannot fork what two prompts share.
        shares_prefixes: false,
        embeddings: entry.kind === "embedding",
      },
    };
  }

  complete(body: CompletionBody, onText: OnText, signal: AbortSignal): Promise<Ending> {
    const { continue_text: said = "" } = body;
    if (said !== "") {
      const text = toWebLLMContinuation(body, said, this.template);
      return this.answer((engine) => engine.completions.create(text), plainText, onText, signal);
    }
    const request = toWebLLMRequest(body, this.template);
    return this.answer((engine) => engine.chat.completions.create(request), deltaText, onText, signal);
  }

  completeText(body: TextCompletionBody, onText: OnText, signal: AbortSignal): Promise<Ending> {
    const request = toWebLLMText(body);
    return this.answer((engine) => engine.completions.create(request), plainText, onText, signal);
  }

  async embed(texts: readonly string[]): Promise<Vectors> {
    const { engine } = this;
    if (engine === null) throw failure("model_not_loaded", "No model is loaded.");
    const { data, usage } = await engine.embeddings.create({ input: [...texts] });
    return { vectors: data.map(({ embedding }) => embedding), promptTokens: usage.prompt_tokens };
  }

  /** Streams one answer, of whichever of the two endpoints. */
  private async answer<Chunk extends AnyChunk>(
    create: (engine: MLCEngine) => Promise<AsyncIterable<Chunk>>,
    textOf: (chunk: Chunk) => string,
    onText: OnText,
    signal: AbortSignal,
  ): Promise<Ending> {
    const { engine, modelId } = this;
    if (engine === null) throw failure("model_not_loaded", "No model is loaded.");
    const startedAt = performance.now();
    this.fault = null;
    // WebLLM forgets an interrupt when a request begins, so one that comes too early is raised again at the next
    // chunk; and it is only ever raised while this request runs, so it cannot hit the one after it.
    const interrupt = (): void => void engine.interruptGenerate();
    signal.addEventListener("abort", interrupt);
    const outcome = new Outcome();
    try {
      for await (const chunk of await create(engine)) {
        if (signal.aborted) interrupt();
        this.throwFault("engine_failed");
        outcome.prompt ??= promptTokens(engine, modelId);
        outcome.take(chunk, textOf(chunk), onText, performance.now() - startedAt);
      }
    } catch (raw) {
      throw crashed(raw) ?? wholeOverflow(raw, cachedTokens(engine, modelId));
    } finally {
      signal.removeEventListener("abort", interrupt);
    }
    this.throwFault("engine_failed");
    return outcome.ending(performance.now() - startedAt);
  }

  async unload(): Promise<void> {
    const { engine, discarded } = this;
    this.discarded = true;
    this.engine = null;
    this.stopWatching();
    // A load that was cut off has lost its device already, and with it everything that there was to give back.
    if (!discarded) await engine?.unload();
  }

  private get identity(): EngineIdentity {
    return { kind: "webllm", version: this.modules.versions.webllm, device: "webgpu", adapter: this.adapter };
  }

  private async reload(engine: MLCEngine, id: string, signal: AbortSignal): Promise<void> {
    const stop = (): void => {
      this.discarded = true;
      // The first ends the downloads; compiling ends only with the device.
      engine.unload().catch((raw: unknown) => {
        console.warn("A load could not be ended:", raw);
      });
      this.device?.destroy();
    };
    signal.addEventListener("abort", stop);
    try {
      await engine.reload(id);
    } catch (raw) {
      throw signal.aborted ? aborted("load") : (crashed(raw) ?? raw);
    } finally {
      signal.removeEventListener("abort", stop);
    }
    // An aborted reload returns as if it had worked.
    if (signal.aborted) throw aborted("load");
    this.throwFault("shader_failed");
  }

  private watch(adapter: GPUAdapter, device: GPUDevice): void {
    this.adapter = describeAdapter(adapter.info);
    this.device = device;
    compileSeldomRunLater(device);
    device.addEventListener("uncapturederror", ({ error }) => {
      this.fault ??= error;
    });
    void device.lost.then(({ reason, message }) => {
      if (this.discarded) return;
      this.lose({
        code: "device_lost",
        message: "The GPU was lost.",
        hint: "Load the model again.",
        details: { reason, raw: message },
      });
    });
  }

  /** A GPU that complains goes on computing, and what comes out is garbage. */
  private throwFault(code: "engine_failed" | "shader_failed"): void {
    const { fault } = this;
    if (fault === null) return;
    this.fault = null;
    if (fault instanceof GPUOutOfMemoryError) {
      throw new EngineFailure(
        toWireError(Object.assign(new Error(fault.message), { name: "GPUOutOfMemoryError" })),
      );
    }
    const { error } = failure(
      code,
      "The GPU reported an error, so its answer cannot be trusted.",
      "Load the model again, or load it on the CPU.",
      { raw: fault.message.slice(0, 500) },
    );
    throw new EngineFailure(error, true);
  }
}

/** The model with values of its configuration replaced. */
function overridden(
  record: CatalogueEntry["webllm"],
  overrides: ModelOverrides = {},
): CatalogueEntry["webllm"] {
  return record && { ...record, overrides: { ...record.overrides, ...overrides } };
}

/**
 * What a WebAssembly runtime of WebLLM has aborted with; null for any other error. The library keeps its runtimes for
 * the life of the worker, so nothing can be loaded beside the wreck: the worker has to go.
 */
function crashed(raw: unknown): EngineFailure | null {
  const origin = raw instanceof Error ? (raw.cause ?? raw) : raw;
  return origin instanceof WebAssembly.RuntimeError ? new EngineFailure(toWireError(raw), true) : null;
}
