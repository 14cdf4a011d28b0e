/**
 * `webllm-provider`: a language model in the browser and Amplifier sessions that answer through it.
 *
 * `initBrowserAmplifier` starts everything at once. The parts below it stand on their own: the engine's worker
 * (`startEngine`), a connection to it (`EngineClient`, `EngineLink`), and the functions that Python awaits on
 * `globalThis` (`installBridge`, `installStore`) for a page that runs Pyodide itself.
 */
export {
  ApiError,
  type AskerProgress,
  type Flashcard,
  type FlashcardsOptions,
  type FlashcardsRequest,
  type ResultCacheOptions,
  type SessionSocket,
  WebLLMClient,
  type WebLLMClientOptions,
} from "./client";
export { openSiteDoor, type SiteDoor, type SiteDoorOptions } from "./site-door";
export type { DoorState } from "../door/messages";
export { EngineClient, type ClientOptions, type Locks } from "../bridge/client";
export { EngineError } from "../bridge/engine-error";
export type { EventStream } from "../bridge/event-stream";
export { type BridgeGlobals, type Chunk, installBridge, type JsonStream } from "../bridge/globals";
export { EngineLink, type LinkOptions } from "../bridge/link";
export { installStore, type StoreGlobals } from "../bridge/store";
export {
  type AdapterFacts,
  type AdapterLimits,
  checkWebGPUSupport,
  type GPUAdapterLike,
  type WebGPUScope,
  type WebGPUSupport,
} from "../page/webgpu";
export type { CustomModel } from "../models/custom-model";
export type { DeviceWish } from "../page/engine-supervisor";
export type { Endpoint } from "../protocol/endpoint";
export type {
  BatchBody,
  BatchFinished,
  BatchItemDone,
  BatchJob,
  BodyMessage,
  BootStage,
  Capabilities,
  Completion,
  CompletionBody,
  CompletionFailure,
  CustomModel as OwnModel,
  Embeddings,
  EngineEvent,
  EngineEventName,
  EngineHello,
  EngineIdentity,
  EngineState,
  ErrorCode,
  Exported,
  Fetched,
  Figures,
  Finished,
  LadderStatus,
  LoadedModel,
  LoadStage,
  ModelRecord,
  Progress,
  ProtocolRange,
  StoredModels,
  StreamEvent,
  Task,
  TextCompletionBody,
  TokenUsage,
  Verdict,
  Versions,
  WireError,
} from "../protocol/wire";
export {
  type AmplifierOptions,
  type BrowserAmplifier,
  initBrowserAmplifier,
  type StartProgress,
} from "./amplifier";
export { type AnswerOptions, type ChatStore, type ChatStoreOptions, createChatStore } from "./chat-store";
export type { ChatEngine, ChatMessage, ChatSession, ChatSnapshot } from "./chat-view";
export type { Cancellable } from "./engine-commands";
export type { ModelEngine } from "./model-engine";
export { openEngine, type OpenEngineOptions } from "./open-engine";
export type { PythonRuntime, PythonSession, StartPythonOptions } from "./python";
export type { EngineFiles, PythonFiles } from "./site-files";
export {
  type EngineOffer,
  offerEngine,
  type OfferableEngine,
  type OfferOptions,
  type OfferState,
} from "./remote-engine-socket";
export { type RunningEngine, startEngine, type StartEngineOptions } from "./start-engine";
export type { TransferOptions } from "./streams";
export type { AmplifierEvent, Answer, AskOptions } from "./turns";
