/** Flashcards from a model in a browser: through a session of `webllm-api`, or the API of a site without a server. */
import { ApiError } from "./api-error";
import type { Asker, AskerProgress } from "./asker";
import { areCards, cardsKey, type Flashcard, type FlashcardsRequest } from "./flashcards";
import { HttpAsker } from "./http-asker";
import { ResultCache, type ResultCacheOptions } from "./result-cache";
import { SessionAsker, type SessionSocket } from "./session-asker";

export interface WebLLMClientOptions {
  /** Where the API is mounted: `https://host/` of `webllm-api`, or the root of a site of this project. */
  baseUrl: string | URL;
  /** The bearer token of `webllm-api`: with one, the client holds a session, which survives broken connections. */
  token?: string;
  modelId?: string;
  /** Limits of the results that are kept in this browser; `null` keeps none. */
  cache?: ResultCacheOptions | null;
  /** The `fetch` of a door, for a site of another origin (`openSiteDoor`). */
  fetch?: typeof globalThis.fetch;
  /** Opens a session's socket; the browser's own `WebSocket` unless given. */
  openSocket?: (url: string) => SessionSocket;
}

export interface FlashcardsOptions {
  onProgress?: (progress: AskerProgress) => void;
  signal?: AbortSignal;
}

const FIRST_PAUSE_MS = 500;

export class WebLLMClient {
  readonly #asker: Asker;
  readonly #cache: ResultCache | null;
  #ready: Promise<void> | null = null;

  constructor(options: WebLLMClientOptions) {
    const { token, modelId, cache, baseUrl } = options;
    const root = new URL(
      "./",
      new URL(baseUrl, "location" in globalThis ? globalThis.location.href : undefined),
    );
    const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#cache = cache === null ? null : new ResultCache(cache);
    this.#asker =
      token === undefined
        ? new HttpAsker({ root, modelId, token, fetch })
        : new SessionAsker({
            root,
            modelId,
            token,
            fetch,
            open: options.openSocket ?? ((url) => new WebSocket(url) as SessionSocket),
            newId: () => crypto.randomUUID(),
            firstPauseMs: FIRST_PAUSE_MS,
          });
  }

  /** Connects. Rejects with an `ApiError`; safe to repeat, also after a failure. */
  initialize(): Promise<void> {
    this.#ready ??= this.#asker.initialize().catch((raw: unknown) => {
      this.#ready = null;
      throw raw;
    });
    return this.#ready;
  }

  /**
   * So many flashcards about a topic; those that this browser has kept, where the model and the settings are the same.
   * Rejects with an `ApiError`, or with an `AbortError` where `signal` aborts or the client is closed.
   */
  async generateFlashcards(
    request: FlashcardsRequest,
    { onProgress = () => undefined, signal }: FlashcardsOptions = {},
  ): Promise<Flashcard[]> {
    await this.initialize();
    signal?.throwIfAborted();
    const key = await cardsKey(request, this.#asker.model);
    const kept = await this.#cache?.get(key);
    if (areCards(kept, request.count)) return kept;
    const keep = async (data: unknown): Promise<void> => {
      if (areCards(data, request.count)) await this.#cache?.put(key, data);
    };
    const data = await this.#asker.cards({ request, onProgress, keep, signal });
    if (areCards(data, request.count)) return data;
    throw new ApiError("The model's answer holds other cards than were asked for.", {
      status: null,
      code: "ENGINE_FAILED",
      hint: "Ask again, or ask for fewer.",
    });
  }

  /** Ends what runs, and the session. Kept results stay. */
  close(): void {
    this.#asker.close();
    this.#cache?.close();
  }
}
