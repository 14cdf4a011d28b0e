import { asWireError } from "../bridge/engine-error";
import type { BodyMessage, CompletionBody, Finished, LoadedModel, WireError } from "../protocol/wire";
import {
  type ChatEngine,
  type ChatMessage,
  type ChatSession,
  type ChatSnapshot,
  spoken,
  viewOf,
} from "./chat-view";

export interface ChatStoreOptions {
  /** Makes an Amplifier session that answers in the engine's place; called again after `clearChat`. */
  session?: () => ChatSession;
  /** What stands before a conversation with the plain engine. */
  system?: string;
  /** Sampling of the plain engine's answers. */
  body?: Omit<CompletionBody, "messages">;
}

export interface AnswerOptions {
  signal?: AbortSignal;
}

/**
 * An application's view of an engine and one conversation, for any framework.
 *
 * `subscribe` and `getSnapshot` fit React's `useSyncExternalStore` as they are, and `subscribe` calls its listener with
 * the snapshot at once and at every change, which is a Svelte store's contract. All methods are bound.
 */
export interface ChatStore {
  /** Calls a listener with the snapshot, now and at every change. Returns what ends that. */
  readonly subscribe: (listener: (snapshot: ChatSnapshot) => void) => () => void;
  /** The same object as long as nothing has changed. */
  readonly getSnapshot: () => ChatSnapshot;
  /** Loads a model in place of the one that is there. Rejects with an `EngineError`, which is in `error` too. */
  readonly switchModel: (model: string, options?: AnswerOptions) => Promise<LoadedModel>;
  /** One answer beside the conversation. Rejects with an `EngineError`. */
  readonly chat: (messages: string | readonly BodyMessage[], options?: AnswerOptions) => Promise<string>;
  /** The same, piece by piece. */
  readonly streamChat: (
    messages: string | readonly BodyMessage[],
    options?: AnswerOptions,
  ) => AsyncGenerator<string, Finished, void>;
  /** Adds a message and writes its answer into `messages`. Never rejects: what goes wrong is in `error`. */
  readonly sendMessage: (text: string) => Promise<void>;
  /** Ends the answer that is being written; its text stays. */
  readonly stop: () => void;
  /** Stops, and begins a conversation anew. */
  readonly clearChat: () => void;
  /** Stops, and lets go of the engine, which goes on. */
  readonly dispose: () => void;
}

/** Makes a store for an application's view. */
export function createChatStore(engine: ChatEngine, options: ChatStoreOptions = {}): ChatStore {
  return new EngineChatStore(engine, options);
}

class EngineChatStore implements ChatStore {
  #snapshot: ChatSnapshot;
  #session: ChatSession | null;
  #answering: AbortController | null = null;
  readonly #listeners = new Set<(snapshot: ChatSnapshot) => void>();
  readonly #letGo: () => void;

  constructor(
    private readonly engine: ChatEngine,
    private readonly options: ChatStoreOptions,
  ) {
    this.#session = options.session?.() ?? null;
    this.#snapshot = Object.freeze({
      ...viewOf(engine),
      messages: Object.freeze([]),
      isAnswering: false,
      error: null,
    });
    this.#letGo = engine.onChange(() => {
      this.#set(viewOf(engine));
    });
  }

  readonly subscribe = (listener: (snapshot: ChatSnapshot) => void): (() => void) => {
    // One function may be subscribed twice: each subscription is its own.
    const own = (snapshot: ChatSnapshot): void => {
      listener(snapshot);
    };
    this.#listeners.add(own);
    own(this.#snapshot);
    return () => this.#listeners.delete(own);
  };

  readonly getSnapshot = (): ChatSnapshot => this.#snapshot;

  readonly switchModel = async (model: string, { signal }: AnswerOptions = {}): Promise<LoadedModel> => {
    this.#set({ error: null });
    try {
      return await this.engine.load(model, signal);
    } catch (raw) {
      this.#set({ error: asWireError(raw) });
      throw raw;
    }
  };

  readonly chat = async (
    messages: string | readonly BodyMessage[],
    options: AnswerOptions = {},
  ): Promise<string> => {
    let text = "";
    for await (const piece of this.streamChat(messages, options)) text += piece;
    return text;
  };

  readonly streamChat = (
    messages: string | readonly BodyMessage[],
    options: AnswerOptions = {},
  ): AsyncGenerator<string, Finished, void> => {
    const asked: readonly BodyMessage[] =
      typeof messages === "string" ? [{ role: "user", content: messages }] : messages;
    return this.engine.complete(this.#bodyOf(asked), options);
  };

  readonly sendMessage = async (text: string): Promise<void> => {
    this.stop();
    const life = new AbortController();
    const before = this.#snapshot.messages;
    const question: ChatMessage = Object.freeze({ id: newId(), role: "user", text, state: "done" });
    const answer: ChatMessage = { id: newId(), role: "assistant", text: "", state: "writing" };
    this.#answering = life;
    this.#set({ error: null, isAnswering: true, messages: [...before, question, answer] });
    const write = (piece: string): void => {
      this.#amend(answer.id, (message) => ({ ...message, text: message.text + piece }));
    };
    let error: WireError | null = null;
    try {
      await this.#answer([...before, question], text, write, life.signal);
    } catch (raw) {
      if (!life.signal.aborted) error = asWireError(raw);
    }
    const state = error !== null ? "failed" : life.signal.aborted ? "stopped" : "done";
    this.#amend(answer.id, (message) => ({ ...message, state }));
    // Another question may have taken its place: then the error is not what the view shows now.
    if (this.#answering !== life) return;
    this.#answering = null;
    this.#set({ isAnswering: false, error });
  };

  readonly stop = (): void => {
    this.#answering?.abort();
    this.#answering = null;
    if (this.#snapshot.isAnswering) this.#set({ isAnswering: false });
  };

  readonly clearChat = (): void => {
    this.stop();
    this.#session?.end?.();
    this.#session = this.options.session?.() ?? null;
    this.#set({ messages: [], error: null });
  };

  readonly dispose = (): void => {
    this.stop();
    this.#letGo();
    this.#listeners.clear();
  };

  async #answer(
    messages: readonly ChatMessage[],
    text: string,
    write: (piece: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const session = this.#session;
    if (session !== null) {
      await session.ask(text, { onText: write, signal });
      return;
    }
    for await (const piece of this.engine.complete(this.#bodyOf(spoken(messages)), { signal })) write(piece);
  }

  #bodyOf(messages: readonly BodyMessage[]): CompletionBody {
    const { system, body } = this.options;
    const before: BodyMessage[] = system === undefined ? [] : [{ role: "system", content: system }];
    const all = [...before, ...messages];
    return { ...body, messages: all as CompletionBody["messages"] };
  }

  /** Changes one message, where it still stands. */
  #amend(id: string, change: (message: ChatMessage) => ChatMessage): void {
    const { messages } = this.#snapshot;
    if (!messages.some((message) => message.id === id)) return;
    this.#set({
      messages: messages.map((message) => (message.id === id ? Object.freeze(change(message)) : message)),
    });
  }

  #set(change: Partial<ChatSnapshot>): void {
    const entries = Object.entries(change) as [keyof ChatSnapshot, unknown][];
    if (entries.every(([key, value]) => Object.is(this.#snapshot[key], value))) return;
    const next = { ...this.#snapshot, ...change };
    Object.freeze(next.messages);
    this.#snapshot = Object.freeze(next);
    for (const listener of this.#listeners) listener(this.#snapshot);
  }
}

let made = 0;
/** Ids that differ within a page; `crypto.randomUUID` is not there over plain http. */
const newId = (): string => `message-${String((made += 1))}`;
