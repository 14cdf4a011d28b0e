/** What a view shows of an engine and a conversation, and where that comes from. */
import type {
  BodyMessage,
  CompletionBody,
  EngineState,
  Finished,
  LoadedModel,
  ModelRecord,
  Progress,
  WireError,
} from "../protocol/wire";
import type { Answer, AskOptions } from "./turns";

/** A message of the conversation, as a view shows it. */
export interface ChatMessage {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly text: string;
  /** `writing`: more is coming; `stopped`: somebody stopped it; `failed`: see the store's `error`. */
  readonly state: "done" | "writing" | "stopped" | "failed";
}

/** What a view shows. It is never changed: what changed is another snapshot. */
export interface ChatSnapshot {
  readonly availableModels: readonly ModelRecord[];
  readonly activeModel: LoadedModel | null;
  readonly state: EngineState;
  readonly isLoading: boolean;
  /** How far the load is; null while none runs. */
  readonly progress: Progress | null;
  readonly messages: readonly ChatMessage[];
  readonly isAnswering: boolean;
  /** What went wrong last; null once something is tried again. */
  readonly error: WireError | null;
}

/** What the store needs of an engine; `ModelEngine` is one. */
export interface ChatEngine {
  readonly state: EngineState;
  readonly models: readonly ModelRecord[];
  readonly progress: Progress | null;
  onChange(listener: () => void): () => void;
  load(model: string, signal?: AbortSignal): Promise<LoadedModel>;
  complete(body: CompletionBody, options?: { signal?: AbortSignal }): AsyncGenerator<string, Finished, void>;
}

/** What the store needs of an Amplifier session; a `PythonSession` is one. */
export interface ChatSession {
  ask(text: string, options?: AskOptions): Promise<Answer>;
  end?(): void;
}

/** The engine's part of a snapshot. */
export function viewOf({ state, models, progress }: ChatEngine): EngineView {
  return {
    availableModels: models,
    activeModel: state.type === "ready" ? state.model : null,
    state,
    isLoading: state.type === "loading",
    progress: state.type === "loading" ? progress : null,
  };
}

type EngineView = Pick<ChatSnapshot, "availableModels" | "activeModel" | "state" | "isLoading" | "progress">;

/** The conversation as the engine is asked: an answer that never got a word is left out with its question. */
export function spoken(messages: readonly ChatMessage[]): BodyMessage[] {
  return messages
    .filter((message, index) => {
      const answer = message.role === "user" ? messages[index + 1] : message;
      return answer === undefined || answer.text !== "";
    })
    .map(({ role, text }) => ({ role, content: text }));
}
