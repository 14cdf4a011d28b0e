/* Generated from protocol/wire.schema.json. Do not edit. */

/**
 * Everything that crosses a boundary between threads or languages. The protocol version stands in `x-protocol`.
 */
export type Wire =
  ClientMessage | EngineMessage | PageMessage | PythonMessage | Completion | CompletionFailure;
/**
 * From the bridge to the engine worker.
 */
export type ClientMessage = ClientHello | Load | Complete | Credit | Cancel | Unload | ListModels | GetStatus;
/**
 * From the engine worker to the bridge.
 */
export type EngineMessage = EngineHello | Batch | Models | Status | Refused;
/**
 * The state of an engine is one thing.
 */
export type EngineState = StateEmpty | StateLoading | StateReady | StateLost;
/**
 * Which engine computes. `server` is an OpenAI-compatible one over HTTP; `scripted` replays a transcript and says so wherever it is shown.
 */
export type EngineKind = "webllm" | "wllama" | "server" | "scripted";
/**
 * Where it computes.
 */
export type Device = "webgpu" | "cpu" | "none";
/**
 * How the engine can hold a constraint.
 */
export type ConstraintSupport = "structural_tag" | "grammar" | "none";
/**
 * What went wrong. One total table in each language gives every code its meaning.
 */
export type ErrorCode =
  | "webgpu_unavailable"
  | "adapter_unavailable"
  | "feature_missing"
  | "model_not_found"
  | "model_not_loaded"
  | "download_failed"
  | "integrity_failed"
  | "quota_exceeded"
  | "out_of_memory"
  | "device_lost"
  | "shader_failed"
  | "context_exceeded"
  | "invalid_request"
  | "unsupported"
  | "grammar_failed"
  | "engine_failed"
  | "worker_died"
  | "authentication_failed"
  | "access_denied"
  | "rate_limited"
  | "server_unavailable"
  | "server_unreachable"
  | "stream_broken"
  | "content_filtered"
  | "python_failed"
  | "timeout"
  | "aborted"
  | "protocol_mismatch"
  | "internal";
/**
 * What a load or a completion sends, in this order: progress* loaded, or started delta* finished; failure ends either at any point.
 */
export type StreamEvent = Progress | Loaded | Started | Delta | Finished | Failure;
/**
 * What a load is doing.
 */
export type LoadStage = "prepare" | "download" | "read_cache" | "upload" | "compile" | "warm_up";
/**
 * Why a completion ended.
 */
export type FinishReason = "stop" | "length" | "abort";
/**
 * From the page to the Python worker.
 */
export type PageMessage = Boot | AttachEngine | Ask | Stop | Forget;
/**
 * From the Python worker to the page.
 */
export type PythonMessage = Booting | Booted | TurnEvent | TurnEnded | TurnFailed | PythonFailed;
/**
 * What the Python worker is doing.
 */
export type BootStage = "interpreter" | "packages" | "import";

/**
 * The first message on a port.
 */
export interface ClientHello {
  type: "hello";
  protocol: ProtocolRange;
  /**
   * Who asks, for logs.
   */
  client: string;
}
/**
 * The protocol versions a partner speaks, both ends included.
 */
export interface ProtocolRange {
  min: number;
  max: number;
}
/**
 * Load a model; the answers are batches of progress, then loaded or failure.
 */
export interface Load {
  type: "load";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  model: string;
  /**
   * auto: WebGPU where it works, else the CPU.
   */
  device: "auto" | "webgpu" | "cpu";
}
/**
 * Answer; the answers are batches. A completion that comes while a model loads waits for it.
 */
export interface Complete {
  type: "complete";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  body: CompletionBody;
  /**
   * Batches that may be sent before more credit arrives.
   */
  credit: number;
}
/**
 * The body of a completion: OpenAI chat-completions, plus an optional constraint. Engine-neutral.
 */
export interface CompletionBody {
  /**
   * @minItems 1
   */
  messages: [BodyMessage, ...BodyMessage[]];
  model?: string;
  temperature?: number;
  top_p?: number;
  top_k?: number;
  max_tokens?: number;
  stop?: string | string[];
  seed?: number;
  frequency_penalty?: number;
  presence_penalty?: number;
  logprobs?: boolean;
  top_logprobs?: number;
  response_format?: {
    [k: string]: unknown;
  };
  stream?: boolean;
  tools?: {
    [k: string]: unknown;
  }[];
  /**
   * For models whose chat template has the switch; absent leaves the model to its habit.
   */
  enable_thinking?: boolean;
  /**
   * The least time between two batches of deltas; absent is one frame of a screen.
   */
  delta_interval_ms?: number;
  tool_choice?:
    | string
    | {
        [k: string]: unknown;
      };
  constraint?: Constraint;
}
/**
 * One message, in the words of the model's dialect.
 */
export interface BodyMessage {
  role: "system" | "user" | "assistant" | "tool";
  content: string | (TextPart | ImagePart)[];
  tool_call_id?: string;
  /**
   * Only for an engine with native tools: the calls of an assistant message, in OpenAI's shape.
   */
  tool_calls?: {
    [k: string]: unknown;
  }[];
}
/**
 * Text in a message of several parts.
 */
export interface TextPart {
  type: "text";
  text: string;
}
/**
 * An image in a message, for models that see.
 */
export interface ImagePart {
  type: "image_url";
  image_url: ImageUrl;
}
/**
 * An image as a data: URL.
 */
export interface ImageUrl {
  url: string;
}
/**
 * What the output may hold. Text is free until a trigger appears; from there one of the tags must follow.
 */
export interface Constraint {
  /**
   * @minItems 1
   */
  triggers: [string, ...string[]];
  /**
   * @minItems 1
   */
  tags: [ConstraintTag, ...ConstraintTag[]];
  /**
   * A tag must come.
   */
  at_least_one: boolean;
  /**
   * The output ends behind the first tag.
   */
  stop_after_first: boolean;
}
/**
 * A stretch of constrained output: begin, then JSON valid against the schema, then end.
 */
export interface ConstraintTag {
  begin: string;
  schema: {
    [k: string]: unknown;
  };
  end: string;
}
/**
 * The receiver has consumed batches and can take as many more.
 */
export interface Credit {
  type: "credit";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  batches: number;
}
/**
 * End this one load or completion. Its last batch still comes: finished with reason abort, or failure aborted.
 */
export interface Cancel {
  type: "cancel";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
}
/**
 * Give the memory back. Answered by status.
 */
export interface Unload {
  type: "unload";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
}
/**
 * Ask for the catalogue.
 */
export interface ListModels {
  type: "models";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
}
/**
 * Ask for the state.
 */
export interface GetStatus {
  type: "status";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
}
/**
 * The answer to a hello: versions, the epoch, the Web Lock whose release means death, and the state.
 */
export interface EngineHello {
  type: "hello";
  protocol: ProtocolRange;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  /**
   * Name of the Web Lock that the worker holds as long as it lives.
   */
  lock: string;
  state: EngineState;
}
/**
 * No model.
 */
export interface StateEmpty {
  type: "empty";
}
/**
 * A model is on its way.
 */
export interface StateLoading {
  type: "loading";
  model: string;
  fraction: number;
}
/**
 * A model answers.
 */
export interface StateReady {
  type: "ready";
  model: LoadedModel;
  /**
   * Completions waiting or running.
   */
  queued: number;
}
/**
 * The model that is loaded, with facts from its own configuration.
 */
export interface LoadedModel {
  id: string;
  context_window: number;
  /**
   * Name of the tool dialect that Python uses for it.
   */
  dialect: string;
  quantization: string;
  engine: EngineIdentity;
  capabilities: Capabilities;
}
/**
 * Who answers: shown in the page and in every figure.
 */
export interface EngineIdentity {
  kind: EngineKind;
  version: string;
  device: Device;
  /**
   * The GPU adapter in the browser's words; null on the CPU.
   */
  adapter: string | null;
}
/**
 * What the loaded model on this engine can do.
 */
export interface Capabilities {
  constraint: ConstraintSupport;
  native_tools: boolean;
  json_schema: boolean;
  logprobs: boolean;
  images: boolean;
}
/**
 * The engine had a model and lost it.
 */
export interface StateLost {
  type: "lost";
  model: string | null;
  error: WireError;
}
/**
 * An error as data: a code, a sentence that says what happened, and what to do about it.
 */
export interface WireError {
  code: ErrorCode;
  /**
   * One sentence: what happened.
   */
  message: string;
  /**
   * One sentence: what to do, where that is known.
   */
  hint?: string;
  /**
   * Facts behind the sentence (numbers, ids). Never message text.
   */
  details?: {
    [k: string]: unknown;
  };
}
/**
 * Events of one load or completion, in order.
 */
export interface Batch {
  type: "batch";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  /**
   * 0, 1, 2 ... without a gap.
   */
  sequence: number;
  /**
   * @minItems 1
   */
  events: [StreamEvent, ...StreamEvent[]];
}
/**
 * A load goes on.
 */
export interface Progress {
  type: "progress";
  stage: LoadStage;
  /**
   * Of the whole load, 0 to 1.
   */
  fraction: number;
  loaded_bytes: number | null;
  total_bytes: number | null;
  text: string;
}
/**
 * The last event of a load that succeeded.
 */
export interface Loaded {
  type: "loaded";
  model: LoadedModel;
  load_ms: number;
}
/**
 * The first event of a completion: who answers.
 */
export interface Started {
  type: "started";
  model: string;
  engine: EngineIdentity;
}
/**
 * Text as the model writes it; joined, the deltas are the raw answer.
 */
export interface Delta {
  type: "delta";
  text: string;
  /**
   * Set where the engine itself separates the parts of an answer: then nobody looks for markers in the text. The text of a call is whole: {name, arguments} as JSON.
   */
  channel?: "text" | "thinking" | "call";
}
/**
 * The last event of a completion that ended by itself or was cancelled.
 */
export interface Finished {
  type: "finished";
  reason: FinishReason;
  usage: TokenUsage;
  figures: Figures;
}
/**
 * Tokens counted by the engine.
 */
export interface TokenUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}
/**
 * Measured by the engine; null where it does not say.
 */
export interface Figures {
  time_to_first_token_ms: number | null;
  duration_ms: number;
  prefill_tokens_per_s: number | null;
  decode_tokens_per_s: number | null;
  /**
   * Prompt tokens computed; the rest came from the KV cache.
   */
  prefilled_tokens: number | null;
}
/**
 * The last event of a load or completion that failed.
 */
export interface Failure {
  type: "failure";
  error: WireError;
}
/**
 * The catalogue.
 */
export interface Models {
  type: "models";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  models: ModelRecord[];
}
/**
 * One entry of the catalogue.
 */
export interface ModelRecord {
  id: string;
  name: string;
  devices: Device[];
  download_bytes: number | null;
  memory_mb: number | null;
  context_window: number | null;
  quantization: string;
  required_features: string[];
  low_resource: boolean;
  /**
   * True for the demo model that the site carries.
   */
  embedded: boolean;
}
/**
 * The state: as an answer, or (id null) because it changed.
 */
export interface Status {
  type: "status";
  id: string | null;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  state: EngineState;
}
/**
 * A message that cannot be acted on: unknown type, wrong shape, protocol out of range.
 */
export interface Refused {
  type: "refused";
  id: string | null;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  error: WireError;
}
/**
 * Start Python. URLs are absolute.
 */
export interface Boot {
  type: "boot";
  protocol: ProtocolRange;
  pyodide_url: string;
  lock_url: string;
  packages_url: string;
}
/**
 * A port to an engine worker comes with this message; it replaces the one before.
 */
export interface AttachEngine {
  type: "attach_engine";
}
/**
 * One turn of a conversation. The session of a conversation is made when it is first named.
 */
export interface Ask {
  type: "ask";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  conversation: string;
  text: string;
}
/**
 * End the turn with this id; what was written stays.
 */
export interface Stop {
  type: "stop";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
}
/**
 * End a conversation's session.
 */
export interface Forget {
  type: "forget";
  conversation: string;
}
/**
 * Python starts.
 */
export interface Booting {
  type: "booting";
  stage: BootStage;
  fraction: number;
  text: string;
}
/**
 * Sessions can be made.
 */
export interface Booted {
  type: "booted";
  protocol: ProtocolRange;
  versions: Versions;
  boot_ms: number;
}
/**
 * What runs in the Python worker.
 */
export interface Versions {
  python: string;
  pyodide: string;
  amplifier_core: string;
  webllm_provider: string;
}
/**
 * An Amplifier event of a running turn, by its Amplifier name.
 */
export interface TurnEvent {
  type: "turn_event";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  name: string;
  payload: {
    [k: string]: unknown;
  };
}
/**
 * A turn is over.
 */
export interface TurnEnded {
  type: "turn_ended";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  outcome: "completed" | "cancelled";
  /**
   * The final text, as execute() returned it.
   */
  text: string;
}
/**
 * A turn ended with an error; what was written before stays on the screen.
 */
export interface TurnFailed {
  type: "turn_failed";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  error: WireError;
}
/**
 * Python could not start or died.
 */
export interface PythonFailed {
  type: "python_failed";
  error: WireError;
}
/**
 * What js_llm_complete resolves with: an OpenAI chat completion, plus who answered and the figures.
 */
export interface Completion {
  id: string;
  object: "chat.completion";
  created: number;
  model: string;
  /**
   * @minItems 1
   * @maxItems 1
   */
  choices: [Choice];
  usage: TokenUsage;
  engine: EngineIdentity;
  figures: Figures;
}
/**
 * OpenAI's shape; there is always one.
 */
export interface Choice {
  index: number;
  message: CompletionMessage;
  finish_reason: FinishReason;
}
/**
 * The answer of a completion that was collected.
 */
export interface CompletionMessage {
  role: "assistant";
  content: string;
}
/**
 * What js_llm_complete resolves with when it failed: data survives the crossing, exceptions do not.
 */
export interface CompletionFailure {
  error: WireError;
  partial?: string;
}

/** The protocol versions that this build speaks. */
export const PROTOCOL: ProtocolRange = { min: 1, max: 1 };
