/* Generated from protocol/wire.schema.json. Do not edit. */

/**
 * Everything that crosses a boundary between threads or languages. The protocol version stands in `x-protocol`.
 */
export type Wire =
  ClientMessage | EngineMessage | PageMessage | PythonMessage | Completion | CompletionFailure;
/**
 * From the bridge to the engine worker.
 */
export type ClientMessage =
  | ClientHello
  | Load
  | Complete
  | Credit
  | Cancel
  | Unload
  | ListModels
  | GetStatus
  | Presence
  | Query
  | Opening;
/**
 * Whose turn comes first: chat before side requests (titles and their like), both before a batch.
 */
export type Priority = "chat" | "side" | "batch";
/**
 * What a page can tell of the device's supply of power.
 */
export type PowerState = "mains" | "battery" | "unknown";
/**
 * A command with one reply.
 */
export type Query =
  | Ping
  | Assess
  | Recommend
  | AddModel
  | RemoveModel
  | ListStored
  | DeleteStored
  | Diagnose
  | Embed
  | SetLadder
  | GetLadder
  | ListBatches
  | ForgetBatch
  | Reset;
/**
 * What a model is wanted for.
 */
export type Task = "general" | "code" | "multilingual" | "quality" | "low_end" | "embedding";
/**
 * What a model answers with.
 */
export type ModelKind = "text" | "vision" | "embedding";
/**
 * A command that opens a stream, beside load and complete.
 */
export type Opening = FetchModel | ExportModel | ImportModel | CompleteText | RunBatch | Observe;
/**
 * From the engine worker to the bridge.
 */
export type EngineMessage = EngineHello | Batch | Models | Status | Refused | Reply;
/**
 * The state of an engine is one thing.
 */
export type EngineState = StateEmpty | StateLoading | StateReady | StateLost;
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
  | "engine_hung"
  | "busy"
  | "consent_required"
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
 * What a load or a completion sends, in this order: progress* loaded, or started delta* finished; failure ends either at any point.
 */
export type StreamEvent =
  | Progress
  | Loaded
  | Started
  | Delta
  | Finished
  | Failure
  | Recovered
  | Fetched
  | Exported
  | Observed
  | BatchItemDone
  | BatchFinished;
/**
 * What a load is doing.
 */
export type LoadStage = "prepare" | "download" | "verify" | "read_cache" | "upload" | "compile" | "warm_up";
/**
 * Why a completion ended.
 */
export type FinishReason = "stop" | "length" | "abort";
/**
 * What the engine room reports.
 */
export type EngineEventName =
  | "load_started"
  | "load_stage"
  | "loaded"
  | "load_failed"
  | "unloaded"
  | "download_started"
  | "download_resumed"
  | "download_finished"
  | "download_failed"
  | "file_verified"
  | "file_corrupt"
  | "request_queued"
  | "request_started"
  | "first_token"
  | "tokens"
  | "request_finished"
  | "request_failed"
  | "recovery_started"
  | "recovery_finished"
  | "recovery_failed"
  | "ladder_changed"
  | "batch_item"
  | "leader_changed"
  | "client_connected"
  | "client_gone";
/**
 * What a query is answered with.
 */
export type QueryResult =
  | Done
  | Pong
  | Verdict
  | Recommendation
  | ModelAdded
  | StoredModels
  | Diagnostics
  | Embeddings
  | LadderStatus
  | BatchJobs;
/**
 * How much of a model lies in this browser.
 */
export type StoredState = "none" | "partial" | "whole";
/**
 * From the page to the Python worker.
 */
export type PageMessage =
  | Prepare
  | Boot
  | AttachEngine
  | Ask
  | Stop
  | Forget
  | RunTool
  | Approve
  | PageAnswer
  | ServeApi
  | ReachServer
  | Inspect
  | WatchWire
  | Replay;
/**
 * Whether a tool runs when the model calls it: at once, after a person has agreed, or not at all.
 */
export type ToolPermission = "allow" | "ask" | "never";
/**
 * Once; for this conversation; not this time; never.
 */
export type ApprovalChoice = "once" | "conversation" | "deny" | "never";
/**
 * From the Python worker to the page.
 */
export type PythonMessage =
  | Booting
  | Booted
  | TurnEvent
  | TurnEnded
  | TurnFailed
  | PythonFailed
  | ApprovalAsked
  | ApprovalWithdrawn
  | PageCall
  | PageCallCancelled
  | Inspected
  | WireSeen;
/**
 * What the Python worker is doing.
 */
export type BootStage = "interpreter" | "packages" | "import";
/**
 * What only the page can do for a tool.
 */
export type PageService = "clipboard_write" | "clipboard_read" | "download" | "fetch" | "custom_tool";

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
  /**
   * Keep answering with the model that is there until this one is ready; it takes over between two requests.
   */
  behind?: boolean;
  overrides?: ModelOverrides;
  /**
   * The user agrees to download over a connection that costs.
   */
  metered_ok?: boolean;
}
/**
 * Values of a model's own configuration that are taken instead.
 */
export interface ModelOverrides {
  /**
   * Tokens.
   */
  context_window_size?: number;
  sliding_window_size?: number;
  attention_sink_size?: number;
  temperature?: number;
  top_p?: number;
  repetition_penalty?: number;
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
  priority?: Priority;
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
   * The least time between two batches of deltas; absent is 32 ms, two frames of a screen.
   */
  delta_interval_ms?: number;
  tool_choice?:
    | string
    | {
        [k: string]: unknown;
      };
  constraint?: Constraint;
  /**
   * What the answer has so far: the engine goes on behind it, where it can (`continues`).
   */
  continue_text?: string;
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
  /**
   * Where a tag must come: up to this many characters of text may stand before it, none of which begins a trigger. Without it the tag comes at once.
   */
  text_first?: number;
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
 * What a page knows of itself; no reply. A page that is looked at comes before one that is not.
 */
export interface Presence {
  type: "presence";
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  visible: boolean;
  power: PowerState;
}
/**
 * Are you there?
 */
export interface Ping {
  type: "ping";
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
 * Would this model run here? Nothing is downloaded.
 */
export interface Assess {
  type: "assess";
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
  overrides?: ModelOverrides;
}
/**
 * Which models suit a task on this device, best first.
 */
export interface Recommend {
  type: "recommend";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  task: Task;
  /**
   * Memory to stay within; null asks the device.
   */
  budget_mb: number | null;
}
/**
 * Add a model of the user's own, or replace it. It is remembered in this browser.
 */
export interface AddModel {
  type: "add_model";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  model: CustomModel;
}
/**
 * A model of the user's own: weights and library for WebGPU, one GGUF file for the CPU, or both.
 */
export interface CustomModel {
  id: string;
  name?: string;
  kind?: ModelKind;
  /**
   * Folder of an MLC model, for WebGPU.
   */
  weights_url?: string;
  /**
   * Its compiled library (.wasm).
   */
  library_url?: string;
  /**
   * A GGUF file, for the CPU; a blob: URL for a file of the user's.
   */
  gguf_url?: string;
  /**
   * Expected hashes by file name, lower-case hex.
   */
  sha256?: {
    [k: string]: string;
  };
  download_bytes?: number;
  memory_mb?: number;
  required_features?: string[];
  overrides?: ModelOverrides;
}
/**
 * Forget a model of the user's own; its files stay until they are deleted.
 */
export interface RemoveModel {
  type: "remove_model";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  model: string;
}
/**
 * Which models lie in this browser.
 */
export interface ListStored {
  type: "stored";
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
 * Delete one model's files, or (null) those of all. Nothing else of the origin is touched.
 */
export interface DeleteStored {
  type: "delete_stored";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  model: string | null;
}
/**
 * A report for a bug report; no text of any message.
 */
export interface Diagnose {
  type: "diagnose";
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
 * Vectors of texts.
 */
export interface Embed {
  type: "embed";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  /**
   * @minItems 1
   */
  input: [string, ...string[]];
  model?: string;
}
/**
 * Start small, get better: which models take over from one another. An empty list stops the ladder.
 */
export interface SetLadder {
  type: "set_ladder";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  /**
   * From small to good; null lets the device decide.
   */
  models: string[] | null;
  /**
   * Stay with this one.
   */
  pinned: string | null;
}
/**
 * Where the ladder stands.
 */
export interface GetLadder {
  type: "ladder";
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
 * The batch jobs that this browser keeps.
 */
export interface ListBatches {
  type: "batches";
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
 * Delete a batch job and its answers.
 */
export interface ForgetBatch {
  type: "forget_batch";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  job: string;
}
/**
 * Throw the engine's GPU device and its worker away and load the model again.
 */
export interface Reset {
  type: "reset";
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
 * Download a model without loading it: progress, then fetched or failure. Cancel pauses: what has come is kept, and the next fetch goes on from there.
 */
export interface FetchModel {
  type: "fetch";
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
  metered_ok?: boolean;
}
/**
 * Pack a stored model into one file: progress, then exported or failure.
 */
export interface ExportModel {
  type: "export";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  model: string;
}
/**
 * Store a model from a file that an export made: progress, then fetched or failure.
 */
export interface ImportModel {
  type: "import";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  /**
   * Of the file; a blob: URL for one from disk.
   */
  url: string;
}
/**
 * Continue a text; answered like a completion.
 */
export interface CompleteText {
  type: "complete_text";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  body: TextCompletionBody;
  /**
   * Batches that may be sent before more credit arrives.
   */
  credit: number;
  priority?: Priority;
}
/**
 * Go on with a text, without a chat template.
 */
export interface TextCompletionBody {
  prompt: string;
  model?: string;
  temperature?: number;
  top_p?: number;
  max_tokens?: number;
  stop?: string | string[];
  seed?: number;
}
/**
 * Run or go on with a batch: batch_item each, then batch_finished or failure. Cancel pauses it.
 */
export interface RunBatch {
  type: "batch";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  body: BatchBody;
  /**
   * Batches that may be sent before more credit arrives.
   */
  credit: number;
}
/**
 * Many prompts with one beginning. Its job is kept in this browser, each answer as it comes: run again, it goes on.
 */
export interface BatchBody {
  /**
   * Names the job; the same name goes on with it.
   */
  job: string;
  /**
   * Messages before every prompt; the engine computes them once where it can.
   */
  shared?: BodyMessage[];
  /**
   * @minItems 1
   * @maxItems 1000
   */
  prompts: [string, ...string[]];
  /**
   * Sampling fields of a CompletionBody, for every prompt.
   */
  body?: {
    [k: string]: unknown;
  };
  /**
   * False: the engine keeps nothing of this job beyond its run; whoever asks keeps the answers. Absent: true.
   */
  keep?: boolean;
  /**
   * Indexes of prompts whose answers whoever asks has already: they are not asked, and no item comes for them unless the engine has kept it.
   */
  done?: number[];
}
/**
 * Hear the events of the engine room until cancelled.
 */
export interface Observe {
  type: "observe";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  /**
   * Batches that may be sent before more credit arrives.
   */
  credit: number;
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
  recovering?: WireError;
}
/**
 * Why the model is loaded again, where it was lost.
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
 * A model answers.
 */
export interface StateReady {
  type: "ready";
  model: LoadedModel;
  /**
   * Completions waiting or running.
   */
  queued: number;
  incoming?: Incoming;
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
  /**
   * Whether an answer that was cut can be continued by `continue_text`.
   */
  continues?: boolean;
  /**
   * Whether what was computed of a prompt's beginning is kept beside other prompts: a batch computes its shared beginning once, and a side request costs a chat nothing. Where false, each costs the whole prompt.
   */
  shares_prefixes?: boolean;
  embeddings?: boolean;
}
/**
 * A model that loads behind the one that answers.
 */
export interface Incoming {
  model: string;
  fraction: number;
}
/**
 * The engine had a model and lost it.
 */
export interface StateLost {
  type: "lost";
  model: string | null;
  error: WireError1;
}
/**
 * An error as data: a code, a sentence that says what happened, and what to do about it.
 */
export interface WireError1 {
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
  /**
   * Rate of the download; absent or null where nothing is downloaded.
   */
  bytes_per_s?: number | null;
  /**
   * Seconds until this stage ends, as far as can be told.
   */
  remaining_s?: number | null;
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
   * Pieces of the model's writing that were joined in this one, where there are several: a piece is a token, or seldom more.
   */
  tokens?: number;
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
  error: WireError1;
}
/**
 * The engine was lost under this answer and is back. Nothing is repeated: what follows goes on behind what was sent.
 */
export interface Recovered {
  type: "recovered";
  error: WireError2;
  model: string;
  engine: EngineIdentity;
}
/**
 * An error as data: a code, a sentence that says what happened, and what to do about it.
 */
export interface WireError2 {
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
 * The last event of a download or an import: the model lies in this browser, whole.
 */
export interface Fetched {
  type: "fetched";
  model: string;
  bytes: number;
}
/**
 * The last event of an export.
 */
export interface Exported {
  type: "exported";
  model: string;
  /**
   * A file name.
   */
  name: string;
  bytes: number;
  /**
   * A blob: URL, valid as long as the engine worker lives.
   */
  url: string;
}
/**
 * One event of the engine room.
 */
export interface Observed {
  type: "observed";
  event: EngineEvent;
}
/**
 * Something that happened in the engine room; no text of any message.
 */
export interface EngineEvent {
  /**
   * Milliseconds since 1970.
   */
  at: number;
  name: EngineEventName;
  model: string | null;
  /**
   * Figures and names, by the event's name.
   */
  details: {
    [k: string]: unknown;
  };
}
/**
 * One prompt of a batch has its answer or its error.
 */
export interface BatchItemDone {
  type: "batch_item";
  index: number;
  text: string;
  reason: FinishReason | null;
  usage: TokenUsage | null;
  figures: Figures | null;
  error: WireError1 | null;
}
/**
 * The last event of a batch: every prompt has its answer or its error.
 */
export interface BatchFinished {
  type: "batch_finished";
  job: string;
  succeeded: number;
  failed: number;
  duration_ms: number;
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
  kind?: ModelKind;
  /**
   * A hint for comparing models, 0 (a toy) to 100; null where nobody has said.
   */
  quality?: number | null;
  /**
   * What it is recommended for.
   */
  tasks?: Task[];
  /**
   * True for a model that the user has added.
   */
  custom?: boolean;
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
  error: WireError1;
}
/**
 * The answer to a query.
 */
export interface Reply {
  type: "reply";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * The engine worker's epoch, as its hello said. A message of another epoch is dropped.
   */
  epoch: string;
  result: QueryResult;
}
/**
 * It was done.
 */
export interface Done {
  type: "done";
}
/**
 * I am.
 */
export interface Pong {
  type: "pong";
}
/**
 * Whether a model runs here, before a byte is downloaded.
 */
export interface Verdict {
  type: "verdict";
  model: string;
  fits: boolean;
  /**
   * Where it would run.
   */
  device: Device | null;
  /**
   * Why not.
   */
  reason: WireError1 | null;
  warnings: string[];
  /**
   * A model that would do better here.
   */
  suggestion: string | null;
  /**
   * Still to come.
   */
  download_bytes: number | null;
  memory_mb: number | null;
  stored: StoredState;
}
/**
 * Best first; only what fits.
 */
export interface Recommendation {
  type: "recommendation";
  choices: Verdict[];
}
/**
 * The catalogue's entry of the new model.
 */
export interface ModelAdded {
  type: "model_added";
  record: ModelRecord;
}
/**
 * What lies in this browser.
 */
export interface StoredModels {
  type: "stored_models";
  models: StoredModel[];
  /**
   * By the whole origin.
   */
  used_bytes: number | null;
  quota_bytes: number | null;
  /**
   * Whether the browser has promised to keep it.
   */
  persisted: boolean;
}
/**
 * A model's files in this browser.
 */
export interface StoredModel {
  model: string;
  name: string;
  bytes: number;
  total_bytes: number | null;
  files: number;
  state: StoredState;
  devices: Device[];
  /**
   * Milliseconds since 1970; null: never loaded.
   */
  used_at: number | null;
}
/**
 * GPU, limits, versions, last errors, timings.
 */
export interface Diagnostics {
  type: "diagnostics";
  report: {
    [k: string]: unknown;
  };
}
/**
 * One vector for each text, in order.
 */
export interface Embeddings {
  type: "embeddings";
  model: string;
  vectors: number[][];
  prompt_tokens: number;
}
/**
 * Where the ladder stands.
 */
export interface LadderStatus {
  type: "ladder_status";
  running: boolean;
  pinned: string | null;
  /**
   * Which model answers.
   */
  active: string | null;
  rungs: Rung[];
}
/**
 * One model of the ladder.
 */
export interface Rung {
  model: string;
  state: "waiting" | "downloading" | "loading" | "active" | "left" | "failed" | "skipped";
  reason: WireError1 | null;
}
/**
 * Newest first.
 */
export interface BatchJobs {
  type: "batch_jobs";
  jobs: BatchJob[];
}
/**
 * A batch that this browser keeps.
 */
export interface BatchJob {
  job: string;
  prompts: number;
  done: number;
  failed: number;
  model: string | null;
  created_at: number;
  finished: boolean;
}
/**
 * Read and compile what a start of Python needs, which `boot` will ask for: before it is known whose Python it is. URLs are absolute.
 */
export interface Prepare {
  type: "prepare";
  pyodide_url: string;
  packages_url: string;
  /**
   * As in `boot`.
   */
  snapshot_url?: string;
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
  /**
   * Under which URL the caches of the origin keep the memory of a started interpreter; nobody requests it. Without one, or where it does not fit, Python starts the ordinary way.
   */
  snapshot_url?: string;
  /**
   * Sizes of the files that an ordinary start downloads, by name, so that it can say how much there is to come.
   */
  file_bytes?: {
    [k: string]: number;
  };
  /**
   * Names the tab to the engine, which serves tabs in turn; without it Python counts as one of its own.
   */
  tab?: string;
  /**
   * Name of the database for what Python keeps; absent: the one that all pages of the origin share. Where a port comes with this message, what is kept there is encrypted, and the keys come through the port.
   */
  store?: string;
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
  /**
   * Keep a record of the answer while it is written, so that it can go on after the page was left.
   */
  journal?: boolean;
  /**
   * Go on from the record of this conversation's cut answer; without one, ask anew.
   */
  resume?: boolean;
  /**
   * What was said before this turn, as turn_ended gave it. Present where the session stands elsewhere: after a reload, on another branch. Absent: the session goes on where it stands.
   */
  history?: {
    [k: string]: unknown;
  }[];
  images?: Attachment[];
  settings?: SessionSettings;
}
/**
 * An image that belongs to a question.
 */
export interface Attachment {
  /**
   * image/png, image/jpeg or image/webp.
   */
  media_type: string;
  /**
   * Base64, without a prefix.
   */
  data: string;
}
/**
 * What a session is made with. What is absent is the default.
 */
export interface SessionSettings {
  /**
   * The system text.
   */
  instruction?: string;
  sampling?: Sampling;
  reasoning_effort?: string;
  answer_format?: AnswerFormat;
  /**
   * Use no more of the model's context than this.
   */
  context_tokens?: number;
  mode?: "client_side" | "server_side" | "hybrid";
  privacy?: "local_only" | "allow_remote";
  server?: RemoteServer;
  /**
   * Names of tool modules.
   */
  tools?: string[];
  custom_tools?: CustomTool[];
  /**
   * By the tool's name.
   */
  permissions?: {
    [k: string]: ToolPermission;
  };
  /**
   * Names of hook modules.
   */
  hooks?: string[];
}
/**
 * How the model chooses its tokens. What is absent is the model's own default.
 */
export interface Sampling {
  temperature?: number;
  top_p?: number;
  top_k?: number;
  max_tokens?: number;
  frequency_penalty?: number;
  presence_penalty?: number;
  seed?: number;
  stop?: string[];
}
/**
 * What shape an answer must have.
 */
export interface AnswerFormat {
  type: "text" | "json" | "json_schema";
  schema?: {
    [k: string]: unknown;
  };
}
/**
 * An OpenAI-compatible server that a person has configured.
 */
export interface RemoteServer {
  base_url: string;
  /**
   * Never logged and never part of an export.
   */
  api_key?: string;
  model?: string;
}
/**
 * A tool that a person wrote in Python. It runs away from the conversation, in an interpreter of its own.
 */
export interface CustomTool {
  name: string;
  description: string;
  /**
   * JSON schema of the arguments.
   */
  parameters: {
    [k: string]: unknown;
  };
  /**
   * Python; defines run(**arguments).
   */
  source: string;
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
 * Run a tool by a person's own hand, through the session's hooks and approvals; its events come as a turn's.
 */
export interface RunTool {
  type: "run_tool";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  conversation: string;
  tool: string;
  arguments: {
    [k: string]: unknown;
  };
  settings?: SessionSettings;
}
/**
 * A person's answer to approval_asked.
 */
export interface Approve {
  type: "approve";
  approval: string;
  choice: ApprovalChoice;
}
/**
 * What came of a page_call: a result or an error.
 */
export interface PageAnswer {
  type: "page_answer";
  call: string;
  /**
   * Any JSON.
   */
  result?: {
    [k: string]: unknown;
  };
  error?: WireError1;
}
/**
 * A port comes with this message: over it the service worker hands one request for the API, and takes the answer.
 */
export interface ServeApi {
  type: "serve_api";
}
/**
 * The way to a server of another origin. A port comes with this message: over it Python sends its requests to that origin, which the policy of its worker would refuse. It replaces the way before.
 */
export interface ReachServer {
  type: "reach_server";
  origin: string;
}
/**
 * Tell what the sessions of this worker are made of.
 */
export interface Inspect {
  type: "inspect";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
}
/**
 * Tell every message between Python and the engine, or tell them no more.
 */
export interface WatchWire {
  type: "watch_wire";
  on: boolean;
}
/**
 * Play a recorded exchange through a session of its own, with a scripted engine; its events and its end come as a turn's.
 */
export interface Replay {
  type: "replay";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  /**
   * One JSON object a line: direction and message, as in protocol/transcripts.
   */
  transcript: string;
}
/**
 * Python starts.
 */
export interface Booting {
  type: "booting";
  stage: BootStage;
  fraction: number;
  text: string;
  /**
   * Of what an ordinary start downloads; absent where nothing is downloaded.
   */
  loaded_bytes?: number | null;
  /**
   * Of all of it; null where the page did not say what it is.
   */
  total_bytes?: number | null;
  /**
   * Rate of the download; null before there is anything to measure.
   */
  bytes_per_s?: number | null;
  /**
   * Seconds until all of it is here, as far as can be told.
   */
  remaining_s?: number | null;
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
  /**
   * What the turn added to the session's history; Ask.history is made of these.
   */
  messages?: {
    [k: string]: unknown;
  }[];
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
  error: WireError1;
  /**
   * What the turn added to the session's history; Ask.history is made of these.
   */
  messages?: {
    [k: string]: unknown;
  }[];
}
/**
 * Python could not start or died.
 */
export interface PythonFailed {
  type: "python_failed";
  error: WireError1;
}
/**
 * A tool waits for a person's consent.
 */
export interface ApprovalAsked {
  type: "approval_asked";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  approval: string;
  tool: string;
  arguments: {
    [k: string]: unknown;
  };
  /**
   * A sentence for the person.
   */
  question: string;
}
/**
 * Nobody waits for this consent any more.
 */
export interface ApprovalWithdrawn {
  type: "approval_withdrawn";
  approval: string;
}
/**
 * A tool asks the page for something.
 */
export interface PageCall {
  type: "page_call";
  call: string;
  /**
   * The turn for which it is asked.
   */
  id?: string;
  service: PageService;
  arguments: {
    [k: string]: unknown;
  };
}
/**
 * Nobody waits for this page_call any more.
 */
export interface PageCallCancelled {
  type: "page_call_cancelled";
  call: string;
}
/**
 * What the sessions are made of.
 */
export interface Inspected {
  type: "inspected";
  /**
   * Chosen by the sender of the command; its answers carry it.
   */
  id: string;
  sessions: SessionView[];
}
/**
 * One session of Amplifier, as it is mounted. Keys of servers are left out.
 */
export interface SessionView {
  conversation: string;
  /**
   * Whether a turn runs in it.
   */
  running: boolean;
  /**
   * The mount plan.
   */
  plan: {
    [k: string]: unknown;
  };
  /**
   * What the provider says of itself and of its model.
   */
  provider: {
    [k: string]: unknown;
  } | null;
  tools: MountedTool[];
  /**
   * In the order in which they are called, event by event.
   */
  hooks: MountedHook[];
  context: ContextView;
}
/**
 * A tool that a model may call.
 */
export interface MountedTool {
  name: string;
  description: string;
}
/**
 * A listener of an event.
 */
export interface MountedHook {
  event: string;
  name: string;
  /**
   * Lower ones are called first; null where the kernel does not say.
   */
  priority: number | null;
}
/**
 * How much of the model's window a conversation takes.
 */
export interface ContextView {
  messages: number;
  /**
   * Estimated by what the engine has counted so far.
   */
  tokens: number | null;
  window: number | null;
}
/**
 * Messages between Python and the engine, in order.
 */
export interface WireSeen {
  type: "wire_seen";
  messages: SeenMessage[];
}
/**
 * One message that went by.
 */
export interface SeenMessage {
  /**
   * Milliseconds since 1970.
   */
  at: number;
  to_engine: boolean;
  message: {
    [k: string]: unknown;
  };
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
  error: WireError1;
  partial?: string;
}

/** The protocol versions that this build speaks. */
export const PROTOCOL: ProtocolRange = { min: 2, max: 2 };
