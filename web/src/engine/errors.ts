import type { ErrorCode, WireError } from "../protocol/wire";

/** An error that is already in the words of the wire. */
export class EngineFailure extends Error {
  override readonly name = "EngineFailure";

  /** `fatal`: the engine that threw it cannot be used any more. */
  constructor(
    readonly error: WireError,
    readonly fatal: boolean = FATAL.includes(error.code),
  ) {
    super(error.message);
  }
}

/** What no engine survives. */
const FATAL: readonly ErrorCode[] = ["device_lost", "out_of_memory", "worker_died", "engine_hung"];

/** Builds an `EngineFailure` from facts. */
export function failure(
  code: ErrorCode,
  message: string,
  hint?: string,
  details?: Record<string, unknown>,
): EngineFailure {
  return new EngineFailure({
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details }),
  });
}

/** The failure of what was cancelled before it could end by itself. */
export const aborted = (what: string): EngineFailure => failure("aborted", `The ${what} was cancelled.`);

/** The refusal of both engines: what an answer is held to counts from its first character. */
export const heldAnswer = (): EngineFailure =>
  failure(
    "invalid_request",
    "An answer that is held to a schema cannot be continued.",
    "Ask again without continue_text.",
    { field: "continue_text" },
  );

interface Row {
  /** Matches the error's name, or its message. */
  name?: RegExp;
  message?: RegExp;
  code: ErrorCode;
  /** What happened; the raw message where nothing better can be said. */
  sentence?: string;
  hint?: string;
  /** True where the engine cannot be used any more. */
  fatal?: boolean;
  /** Numbers in the raw message. */
  details?: (message: string) => Record<string, unknown>;
  /** Those numbers as a sentence behind the first. */
  facts?: (details: Record<string, unknown>) => string;
}

const SMALLER_MODEL = "Load a smaller model, or one with a smaller context window.";
const RELOAD_MODEL = "Load the model again.";

/** The numbers of an overflow, in the order in which both engines write them: prompt first, then the window. */
function overflow(message: string): Record<string, unknown> {
  const [prompt, window] = (message.match(/\d+/g) ?? []).map(Number);
  return {
    ...(prompt === undefined ? {} : { prompt_tokens: prompt }),
    ...(window === undefined ? {} : { context_window: window }),
  };
}

/**
 * The only table from what engines, browsers and runtimes throw to what crosses the wire. First match wins.
 * WebLLM exports none of these classes but one, so they are matched by name, inside the worker where they have one.
 */
const TABLE: readonly Row[] = [
  {
    name: /^WebGPUNot(Available|Found)Error$/,
    code: "webgpu_unavailable",
    sentence: "This browser has no WebGPU.",
    hint: "Load the model on the CPU, or use a browser with WebGPU.",
  },
  {
    message: /Unable to find a compatible GPU/,
    code: "adapter_unavailable",
    sentence: "The browser found no GPU adapter.",
    hint: "Load the model on the CPU, or allow hardware acceleration in the browser's settings.",
  },
  {
    name: /^(ShaderF16SupportError|FeatureSupportError)$/,
    code: "feature_missing",
    hint: "Take the f32 build of this model.",
  },
  { message: /exceeds? limit\. requested=/, code: "feature_missing", hint: SMALLER_MODEL },
  { name: /^ModelNotFoundError$/, code: "model_not_found" },
  {
    name: /^(ModelNotLoadedError|EngineNotLoadedError|SpecifiedModelNotFoundError)$/,
    code: "model_not_loaded",
    hint: RELOAD_MODEL,
  },
  {
    name: /^IntegrityError$/,
    code: "integrity_failed",
    sentence: "A downloaded file is not the one that was published.",
    hint: "Delete the model from the cache and download it again.",
  },
  {
    name: /^CompileError$/,
    message: /expected magic word/,
    code: "integrity_failed",
    sentence: "A file of the engine is not what it should be.",
    hint: "Reload the page.",
  },
  {
    name: /^QuotaExceededError$/,
    message: /quota/i,
    code: "quota_exceeded",
    sentence: "The browser's storage is full.",
    hint: "Delete a model that you no longer use.",
  },
  {
    name: /^(DeviceLostError)$/,
    code: "device_lost",
    sentence: "The GPU was lost.",
    hint: RELOAD_MODEL,
    fatal: true,
  },
  {
    message: /device (was |is )?lost|Instance dropped|mapAsync|external Instance reference/i,
    code: "device_lost",
    sentence: "The GPU was lost.",
    hint: RELOAD_MODEL,
    fatal: true,
  },
  {
    name: /^GPUOutOfMemoryError$/,
    message:
      /out of memory|not enough memory|memory access out of bounds|(failed to|could not) allocate|bad_alloc/i,
    code: "out_of_memory",
    sentence: "The model did not fit into memory.",
    hint: SMALLER_MODEL,
    fatal: true,
  },
  {
    message: /shader|CreateComputePipeline|pipeline layout/i,
    name: /^GPUPipelineError$/,
    code: "shader_failed",
    sentence: "The GPU's driver could not compile the model's shaders.",
    hint: "Load the model on the CPU.",
  },
  {
    name: /^ContextWindowSizeExceededError$/,
    message: /exceeds? the available context size|context window size/i,
    code: "context_exceeded",
    sentence: "The conversation is longer than the model's context window.",
    hint: "Shorten the conversation, or load a model with a larger context window.",
    details: overflow,
    facts: ({ prompt_tokens: prompt, context_window: window }) =>
      typeof prompt === "number" && typeof window === "number"
        ? ` It has ${String(prompt)} tokens, and the window holds ${String(window)}.`
        : "",
  },
  {
    name: /^GrammarMatcherInitError$/,
    message: /grammar|structural tag|xgrammar/i,
    code: "grammar_failed",
    sentence: "The engine could not hold the constraint of this request.",
    hint: "Simplify the schemas of the tools or of the answer.",
  },
  {
    message: /^Make sure /,
    name: /^(ConfigValueError|MinValueError|NonNegativeError|InvalidNumberStringError|DependencyError|MessageOrderError|SystemMessageOrderError|SeedTypeError|InvalidResponseFormat\w*Error|UnsupportedRoleError|MultipleTextContentError|UnsupportedImageURLError)$/,
    code: "invalid_request",
  },
  {
    name: /^(UnsupportedFieldsError|UnsupportedModelIdError|UserMessageContentErrorForNonVLM|UnsupportedContentPartError|ContentTypeError|EmbeddingUnsupported\w*)$/,
    code: "unsupported",
  },
  { name: /^AbortError$/, code: "aborted", sentence: "It was cancelled." },
  {
    message:
      /Failed to fetch|NetworkError|Load failed|^terminated$|body stream|Cannot fetch|Failed to execute 'add' on 'Cache'|network error/i,
    code: "download_failed",
    sentence: "A file of the model could not be downloaded.",
    hint: "Check the connection and load the model again; what was downloaded is kept.",
  },
  {
    name: /^RuntimeError$/,
    message: /Aborted\(|unreachable|\(ABORT\)|table index is out of bounds/i,
    code: "engine_failed",
    sentence: "The engine crashed.",
    hint: RELOAD_MODEL,
    fatal: true,
  },
];

/** A raw error in the words of the wire, and whether the engine that threw it can still be used. */
export interface Translated {
  error: WireError;
  fatal: boolean;
}

/** Translates whatever was thrown. What no row knows is `engine_failed`, with the raw message kept. */
export function translate(raw: unknown): Translated {
  if (raw instanceof EngineFailure) return { error: raw.error, fatal: raw.fatal };
  const { name, message } = describe(raw);
  const row = TABLE.find(
    (candidate) => candidate.name?.test(name) === true || candidate.message?.test(message) === true,
  );
  const code = row?.code ?? "engine_failed";
  const details = row?.details?.(message) ?? {};
  const error: WireError = {
    code,
    message: (row?.sentence ?? sentence(message, name)) + (row?.facts?.(details) ?? ""),
    ...(row?.hint === undefined ? {} : { hint: row.hint }),
    details: { raw: `${name}: ${message}`.slice(0, 500), ...details },
  };
  return { error, fatal: row?.fatal ?? false };
}

/** `translate` where only the words matter. */
export const toWireError = (raw: unknown): WireError => translate(raw).error;

function describe(raw: unknown): { name: string; message: string } {
  if (raw instanceof Error || raw instanceof DOMException) return { name: raw.name, message: raw.message };
  if (typeof raw === "object" && raw !== null && "message" in raw) {
    const name = "name" in raw && typeof raw.name === "string" ? raw.name : "Error";
    return { name, message: String(raw.message) };
  }
  return { name: "Error", message: String(raw) };
}

function sentence(message: string, name: string): string {
  const first = message.split("\n")[0]?.trim() ?? "";
  return first === "" ? `The engine failed (${name}).` : first;
}
